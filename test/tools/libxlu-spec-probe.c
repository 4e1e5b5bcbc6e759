/*
 * Asks the real libxlutil what it makes of the strings inside xl configs: the reference for
 * test/model/xl/specs.test.ts. The other probe, libxlu-probe.c, asks about whole files.
 *
 * Input on stdin, repeated: "KIND LENGTH\n" then LENGTH bytes, KIND one of disk, pci, rate.
 * Output, one line of JSON a string: {"rc", "values": {...}, "report"}.
 * Build: cc -o libxlu-spec-probe libxlu-spec-probe.c -lxlutil -lxenlight
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <libxlutil.h>

static void text(const char *s)
{
    if (!s) { printf("null"); return; }
    putchar('"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') printf("\\%c", c);
        else if (c < 32 || c > 126) printf("\\u%04x", c);
        else putchar(c);
    }
    putchar('"');
}

static void named(const char *name, const char *value)
{
    printf("\"%s\":", name);
    text(value);
    putchar(',');
}

static int disk(XLU_Config *cfg, const char *data)
{
    libxl_device_disk d;
    int rc;

    libxl_device_disk_init(&d);
    rc = xlu_disk_parse(cfg, 1, &data, &d);
    printf("{\"rc\":%d,\"values\":{", rc);
    if (!rc) {
        named("target", d.pdev_path);
        named("vdev", d.vdev);
        named("format", libxl_disk_format_to_string(d.format));
        named("backend", d.backend_domname);
        named("backendtype", libxl_disk_backend_to_string(d.backend));
        named("specification", libxl_disk_specification_to_string(d.specification));
        named("script", d.script);
        printf("\"readwrite\":%d,\"cdrom\":%d,\"removable\":%d", d.readwrite, d.is_cdrom, d.removable);
    }
    return rc;
}

static int pci(XLU_Config *cfg, const char *data)
{
    libxl_device_pci p;
    int rc;

    libxl_device_pci_init(&p);
    rc = xlu_pci_parse_spec_string(cfg, &p, data);
    printf("{\"rc\":%d,\"values\":{", rc);
    if (!rc) {
        named("name", p.name);
        printf("\"domain\":%d,\"bus\":%d,\"dev\":%d,\"func\":%d,\"vdevfn\":%u,\"mask\":%u",
               p.domain, p.bus, p.dev, p.func, p.vdevfn, p.vfunc_mask);
    }
    return rc;
}

static int rate(XLU_Config *cfg, const char *data)
{
    libxl_device_nic n;
    int rc;

    libxl_device_nic_init(&n);
    rc = xlu_vif_parse_rate(cfg, data, &n);
    printf("{\"rc\":%d,\"values\":{", rc);
    if (!rc)
        printf("\"bytes\":\"%llu\",\"usecs\":%u", (unsigned long long)n.rate_bytes_per_interval,
               n.rate_interval_usecs);
    return rc;
}

/* In a process of its own: on some strings the library ends the process. */
static void ask(const char *kind, const char *data)
{
    char *report = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&report, &size);
    XLU_Config *cfg = xlu_cfg_init(out, "command line");

    if (!strcmp(kind, "disk")) disk(cfg, data);
    else if (!strcmp(kind, "pci")) pci(cfg, data);
    else rate(cfg, data);
    fflush(out);
    printf("},\"report\":");
    text(report ? report : "");
    puts("}");
    fflush(stdout);
}

int main(void)
{
    char kind[16];
    int length;

    while (scanf("%15s %d", kind, &length) == 2) {
        char *data = calloc(1, length + 1);
        int status;

        getchar();
        if (fread(data, 1, length, stdin) != (size_t)length) return 1;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) { ask(kind, data); _exit(0); }
        waitpid(child, &status, 0);
        if (WIFSIGNALED(status)) printf("{\"rc\":%d,\"values\":{},\"report\":\"\"}\n", 128 + WTERMSIG(status));
        fflush(stdout);
        free(data);
    }
    return 0;
}
