/** The keys that every example of a rule begins with. */
export const BASE = 'name = "domd"\nkernel = "Image"\nmemory = 512\n';

/** The same under a dialect with a virtual SMMU, with one assigned device. */
export const WITH_DEVICE = `# vsmmu: dialect=viommu-v3\n${BASE}dtdev = [ "/soc/dma@1000" ]\n`;
