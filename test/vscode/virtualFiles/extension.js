// A read-only file system in memory: a board and the file that it includes.
const vscode = require('vscode');

const FILES = new Map([
  ['/board/board.dts', '/dts-v1/;\n#include "soc.dtsi"\n\n&eth {\n\tstatus = "okay";\n};\n'],
  ['/board/soc.dtsi', `/ {
	#address-cells = <1>;
	#size-cells = <1>;

	smmu: iommu@10000 {
		compatible = "arm,smmu-v3";
		reg = <0x10000 0x20000>;
		#iommu-cells = <1>;
	};

	eth: ethernet@40000 {
		reg = <0x40000 0x1000>;
		iommus = <&smmu 0x42>;
		status = "disabled";
	};
};
`],
]);

const changes = new vscode.EventEmitter();

const files = {
  onDidChangeFile: changes.event,
  watch: () => new vscode.Disposable(() => undefined),
  stat({ path }) {
    const text = FILES.get(path);
    if (text !== undefined) return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: Buffer.byteLength(text) };
    if (path === '/' || path === '/board') return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    throw vscode.FileSystemError.FileNotFound(path);
  },
  readDirectory: ({ path }) => [...FILES.keys()].filter((name) => name.startsWith(`${path}/`)).map((name) => [name.slice(path.length + 1), vscode.FileType.File]),
  readFile({ path }) {
    const text = FILES.get(path);
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(path);
    return Buffer.from(text);
  },
  createDirectory: () => undefined,
  writeFile: () => undefined,
  delete: () => undefined,
  rename: () => undefined,
};

exports.activate = (context) => {
  context.subscriptions.push(vscode.workspace.registerFileSystemProvider('memfs', files, { isReadonly: true, isCaseSensitive: true }));
};
