/*
 * Asks the real libxlutil what it makes of xl configs: the reference for test/model/xl.
 *
 * Input on stdin, repeated: "LENGTH KEYS\n" then LENGTH bytes of config; KEYS is a comma list.
 * Output, one line of JSON a config: {"rc", "report", "values": {key: {kind, ...}}}.
 * Build: cc -o libxlu-probe libxlu-probe.c -lxlutil -lxenlight
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libxlutil.h>

static void text(const char *s)
{
    putchar('"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') printf("\\%c", c);
        else if (c < 32 || c > 126) printf("\\u%04x", c);
        else putchar(c);
    }
    putchar('"');
}

static void value(XLU_Config *cfg, XLU_ConfigValue *v);

static void list(XLU_Config *cfg, XLU_ConfigList *l)
{
    putchar('[');
    for (int i = 0;; i++) {
        XLU_ConfigValue *item = xlu_cfg_get_listitem2(l, i);
        if (!item) break;
        if (i) putchar(',');
        value(cfg, item);
    }
    putchar(']');
}

static void value(XLU_Config *cfg, XLU_ConfigValue *v)
{
    char *s;
    XLU_ConfigList *l;

    if (xlu_cfg_value_type(v) == XLU_STRING) {
        if (!xlu_cfg_value_get_string(cfg, v, &s, 1)) text(s);
    } else if (!xlu_cfg_value_get_list(cfg, v, &l, 1)) list(cfg, l);
}

static void key(XLU_Config *cfg, const char *name)
{
    const char *s;
    long n;
    XLU_ConfigList *l;
    int rc;

    text(name);
    printf(":{");
    rc = xlu_cfg_get_string(cfg, name, &s, 0);
    printf("\"string\":%d", rc);
    if (!rc) { printf(",\"text\":"); text(s); }
    rc = xlu_cfg_get_long(cfg, name, &n, 0);
    printf(",\"long\":%d", rc);
    if (!rc) printf(",\"number\":\"%ld\"", n);
    rc = xlu_cfg_get_list(cfg, name, &l, 0, 0);
    printf(",\"list\":%d", rc);
    if (!rc) { printf(",\"items\":"); list(cfg, l); }
    putchar('}');
}

int main(void)
{
    int length;
    char keys[1024];

    while (scanf("%d %1023[^\n]", &length, keys) == 2) {
        char *data = malloc(length + 1), *report = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&report, &size);
        XLU_Config *cfg = xlu_cfg_init(out, "FILE");

        getchar();
        if (fread(data, 1, length, stdin) != (size_t)length) return 1;
        int rc = xlu_cfg_readdata(cfg, data, length);
        printf("{\"rc\":%d,\"values\":{", rc);
        if (!rc) {
            char *rest = keys, *name;
            for (int i = 0; (name = strtok_r(i ? NULL : keys, ",", &rest)); i++) {
                if (i) putchar(',');
                key(cfg, name);
            }
        }
        fflush(out);
        printf("},\"report\":");
        text(report ? report : "");
        puts("}");
        fflush(stdout);
        xlu_cfg_destroy(cfg);
        fclose(out);
        free(report);
        free(data);
    }
    return 0;
}
