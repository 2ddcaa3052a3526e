# The commands that a Markdown file shows: lines in fenced blocks that start the launcher.
/^```/ {
	fenced = !fenced
}

fenced && /^\.\/numamark( |$)/ {
	sub(/ *#.*/, "")
	print
}
