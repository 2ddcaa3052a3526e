#include "plots/text.h"

#include <math.h>
#include <string.h>

void text_put_gnuplot(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', out);
		fputc((unsigned char)*text < ' ' || *text == 127 ? ' ' : *text, out);
	}
	fputc('\'', out);
}

static const char *tex_of(char c)
{
	switch (c) {
	case '\\': return "\\textbackslash{}";
	case '~': return "\\textasciitilde{}";
	case '^': return "\\textasciicircum{}";
	case '<': return "\\textless{}";
	case '>': return "\\textgreater{}";
	case '|': return "\\textbar{}";
	default: return NULL;
	}
}

/* @quote: what a quote becomes, NULL for itself. */
static void put_tex(FILE *out, const char *text, const char *quote)
{
	for (; *text; text++) {
		const char *tex = *text == '\'' ? quote : tex_of(*text);

		if (tex)
			fputs(tex, out);
		else if (strchr("#$%&_{}", *text))
			fprintf(out, "\\%c", *text);
		else
			fputc((unsigned char)*text < ' ' || *text == 127 ? ' ' : *text, out);
	}
}

void text_put_tex(FILE *out, const char *text)
{
	put_tex(out, text, NULL);
}

void text_put_gnuplot_tex(FILE *out, const char *text)
{
	fputc('\'', out);
	put_tex(out, text, "''");
	fputc('\'', out);
}

/* Length of the UTF-8 sequence at @text, 0 if it is none. */
static size_t utf8_length(const unsigned char *text)
{
	const size_t length = text[0] < 0x80		    ? 1
			      : text[0] >= 0xc2 && text[0] < 0xe0 ? 2
			      : text[0] >= 0xe0 && text[0] < 0xf0 ? 3
			      : text[0] >= 0xf0 && text[0] < 0xf5 ? 4
								  : 0;

	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

static const char *html_of(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

void text_put_html(FILE *out, const char *text)
{
	while (*text) {
		const size_t length = utf8_length((const unsigned char *)text);
		const char *entity = html_of(*text);

		if (entity)
			fputs(entity, out);
		else if (!length || ((unsigned char)*text < ' ' && !strchr("\t\n", *text)))
			fputs("\xef\xbf\xbd", out);
		else
			fwrite(text, 1, length, out);
		text += length ? length : 1;
	}
}

void text_rate(double ops_per_s, char *text, size_t room)
{
	static const struct {
		double unit;
		const char *name;
	} units[] = { { 1e9, " G" }, { 1e6, " M" }, { 1e3, " k" }, { 1, "" } };
	size_t i = 0;
	double scaled;

	if (!isfinite(ops_per_s)) {
		snprintf(text, room, "none");
		return;
	}
	while (i < 3 && ops_per_s < units[i].unit)
		i++;
	scaled = ops_per_s / units[i].unit;
	snprintf(text, room, "%.*f%s", scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2, scaled, units[i].name);
}
