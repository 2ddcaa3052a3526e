/* Words that come from users, made harmless for where they go. */
#ifndef PLOTS_TEXT_H
#define PLOTS_TEXT_H

#include <stdio.h>

/* A gnuplot string literal: single-quoted, so that nothing in it is substituted; control characters become spaces. */
void text_put_gnuplot(FILE *out, const char *text);

/* The same for the tikz terminal, whose labels are TeX: specials are escaped before quoting. */
void text_put_gnuplot_tex(FILE *out, const char *text);

/* TeX, not quoted: specials are escaped, control characters become spaces. */
void text_put_tex(FILE *out, const char *text);

/* HTML text or attribute value: & < > " ' become entities; bytes that are not UTF-8 become U+FFFD. */
void text_put_html(FILE *out, const char *text);

/* Operations per second for a person: "8.4 M", three significant digits. */
void text_rate(double ops_per_s, char *text, size_t room);

#endif
