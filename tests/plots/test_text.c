/* Words that come from users stay words. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "plots/text.h"

static void expect(void (*put)(FILE *, const char *), const char *given, const char *expected)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	put(out, given);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void gnuplot_literal_doubles_quotes_and_drops_controls(void **state)
{
	(void)state;
	expect(text_put_gnuplot, "a 'b' \"c\" `d`\n\\e", "'a ''b'' \"c\" `d` \\e'");
}

static void tex_literal_escapes_every_special(void **state)
{
	(void)state;
	expect(text_put_gnuplot_tex, "#$%&_{}", "'\\#\\$\\%\\&\\_\\{\\}'");
	expect(text_put_gnuplot_tex, "\\~^", "'\\textbackslash{}\\textasciitilde{}\\textasciicircum{}'");
	expect(text_put_gnuplot_tex, "'", "''''");
}

static void html_escapes_markup_and_bad_utf8(void **state)
{
	(void)state;
	expect(text_put_html, "<b a=\"x\" b='y'>&", "&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
	expect(text_put_html, "\xc3\xa9\xff\x01", "\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd");
}

static void rate_has_three_digits_and_a_unit(void **state)
{
	char text[32];

	(void)state;
	text_rate(8423000, text, sizeof(text));
	assert_string_equal(text, "8.42 M");
	text_rate(123456, text, sizeof(text));
	assert_string_equal(text, "123 k");
	text_rate(5.5e9, text, sizeof(text));
	assert_string_equal(text, "5.50 G");
	text_rate(NAN, text, sizeof(text));
	assert_string_equal(text, "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gnuplot_literal_doubles_quotes_and_drops_controls),
		cmocka_unit_test(tex_literal_escapes_every_special),
		cmocka_unit_test(html_escapes_markup_and_bad_utf8),
		cmocka_unit_test(rate_has_three_digits_and_a_unit),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
