"use strict";
// Tables that are searched and sorted, links to the figures' own bytes, and everything open on paper.

function keyOf(row, column) {
	const cell = row.cells[column];
	const number = "key" in cell.dataset ? Number(cell.dataset.key) : NaN;
	return Number.isNaN(number) ? cell.textContent.trim() : number;
}

// Numbers before words, words by the order in which people count.
function compareKeys(a, b) {
	if (typeof a === "number" && typeof b === "number")
		return a - b;
	if (typeof a !== typeof b)
		return typeof a === "number" ? -1 : 1;
	return a.localeCompare(b, "en", { numeric: true });
}

function sortBy(table, heading) {
	const body = table.tBodies[0], column = heading.cellIndex;
	const sign = heading.getAttribute("aria-sort") === "descending" ? 1 : -1;
	const keyed = Array.from(body.rows, row => ({ row, key: keyOf(row, column) }));

	keyed.sort((a, b) => sign * compareKeys(a.key, b.key));
	for (const other of heading.parentNode.cells)
		other.removeAttribute("aria-sort");
	heading.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
	body.append(...keyed.map(one => one.row));
}

// Every word must be in the row.
function search(rows, words, count) {
	let shown = 0;

	for (const { row, text } of rows) {
		row.hidden = !words.every(word => text.includes(word));
		shown += !row.hidden;
	}
	count.textContent = `${shown} of ${rows.length} rows`;
}

function enliven(table) {
	const bar = document.createElement("p"), field = document.createElement("input");
	const count = document.createElement("span");
	let rows = null;

	field.type = "search";
	field.placeholder = "search";
	field.setAttribute("aria-label", "search the table");
	field.addEventListener("input", () => {
		rows ??= Array.from(table.tBodies[0].rows,
			row => ({ row, text: row.textContent.toLowerCase() }));
		search(rows, field.value.toLowerCase().split(/\s+/), count);
	});
	bar.className = "search";
	bar.append(field, count);
	table.parentNode.before(bar);
	for (const heading of table.tHead.rows[0].cells) {
		const button = document.createElement("button");

		button.append(...heading.childNodes);
		button.addEventListener("click", () => sortBy(table, heading));
		heading.append(button);
	}
}

document.querySelectorAll("table.lively").forEach(enliven);
document.querySelectorAll("a.svg").forEach(link => {
	link.href = link.closest("figure").querySelector("img").src;
});
addEventListener("beforeprint", () => {
	document.querySelectorAll("details").forEach(one => { one.open = true; });
});
