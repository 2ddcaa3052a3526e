#include <stdarg.h>
#include <stdio.h>

#include "runners/probe/probe.h"

enum { NOTE_BYTES = 512 };

void probe_unavailable(json_t *rows, const char *what, const char *reason)
{
	json_array_append_new(rows, json_pack("{s:s, s:s, s:s}", "kind", "unavailable", "what",
					      what, "reason", reason));
}

void probe_note(json_t *rows, const char *format, ...)
{
	char text[NOTE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	json_array_append_new(rows, json_pack("{s:s, s:s}", "kind", "note", "text", text));
}
