/* What a browser would show of a text. */
#include "sandbox/test_client.h"

static void texts_become_html_as_jira_shows_them(void **state)
{
    static const char *const CASES[][2] = {
        {"plain", "<p>plain</p>"},
        {"*b* _i_ {{m}} -d- +u+", "<p><b>b</b> <em>i</em> <tt>m</tt> <del>d</del> <ins>u</ins></p>"},
        {"h2. A & B", "<h2><a name=\"A &amp; B\"></a>A &amp; B</h2>"},
        {"one\n\ntwo", "<p>one</p>\n<p>two</p>"},
        {"* a\n* b", "<ul>\n\t<li>a</li>\n\t<li>b</li>\n</ul>"},
        {"# a\n# b", "<ol>\n\t<li>a</li>\n\t<li>b</li>\n</ol>"},
        {"||h||\n|c|", "<div class='table-wrap'>\n<table class='confluenceTable'><tbody>\n<tr>\n<th "
                       "class='confluenceTh'>h</th>\n</tr>\n<tr>\n<td "
                       "class='confluenceTd'>c</td>\n</tr>\n</tbody></table>\n</div>"},
        {"{code:c}\nif (a < b) return;\n{code}",
         "<div class=\"code panel\" style=\"border-width: 1px;\"><div class=\"codeContent panelContent\">\n<pre "
         "class=\"code-c\">if (a &lt; b) return;</pre>\n</div></div>"},
        {"[here|https://example.org/?a=1&b=2]",
         "<p><a href=\"https://example.org/?a=1&amp;b=2\" class=\"external-link\" target=\"_blank\" rel=\"nofollow "
         "noopener\">here</a></p>"},
        {"<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"},
        {"----", "<hr />"},
    };
    (void)state;
    EACH_DIALECT(s)
    {
        char *id = test_issue(&s, "SA", "Task", "shown");
        for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
            json_t *fields = json_pack("{s:{s:s}}", "fields", "description", CASES[i][0]);
            char *target = arena_printf(&s.arena, "/rest/api/2/issue/%s", id);
            test_json(&s, HTTP_PUT, 204, target, json_print(&s.arena, fields));
            json_decref(fields);
            json_t *o = test_get(&s, 200, "%s?expand=renderedFields&fields=description", target);
            assert_string_equal(json_at_str(o, "renderedFields.description"), CASES[i][1]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_become_html_as_jira_shows_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
