/** Scenarios that several tests debug. Line numbers in tests are those that an editor shows. */

/** One SMMU, one device, memory. */
export const MACHINE = 'smmu smmu0 base=0x9050000\ndevice eth0 smmu=smmu0 sid=8\nmemory ram 0x80000000 256M\n';

export const PATH = '/s/first.smmu';

/** A mapping that works, a fault that is expected, an expectation that fails. */
export const FIRST = `${MACHINE}
in host
  probe smmu0
  attach eth0
  map eth0 0x10000000 -> 0x81000000 16K rw
dma eth0 write 0x10000040 "hello"
expect pa 0x81000040
dma eth0 read 0x20000000 5
expect fault F_TRANSLATION
expect pa 0x81000041
`;

/** A loop, a variable, output. */
export const LOOP = `${MACHINE}
in host
  probe smmu0
  attach eth0
repeat 4 as i
  in host
    map eth0 (0x1000 * i) -> (0x81000000 + 0x1000 * i) 4K rw
  let target = 0x1000 * i
  echo "round {i}"
  dma eth0 write target "x"
`;

/** Actions that pause in their middle. */
export const LONG = `${MACHINE}
in host
  probe smmu0
  attach eth0
  map eth0 0 -> 0x81001000 256K rw
dma eth0 write 0 200K
fill 0x82000000 12K 7
dma eth0 read 0x10 100K
dma eth0 read 0x1000 256K
expect fault F_TRANSLATION
`;

/** Two devices that take turns. */
export const TURNS = `smmu smmu0 base=0x9050000
device eth0 smmu=smmu0 sid=8
device eth1 smmu=smmu0 sid=9
memory ram 0x80000000 256M
in host
  probe smmu0
  attach eth0
  attach eth1
  map eth0 0 -> 0x81000000 4K rw
  map eth1 0 -> 0x82000000 4K rw
parallel
  repeat 3
    dma eth0 write 0x10 "a"
  repeat 3
    dma eth1 write 0x10 "b"
`;

/** A run that goes on for a long time. */
export const ENDLESS = `limit steps=100000000
${MACHINE}
in host
  probe smmu0
  attach eth0
  map eth0 0 -> 0x81000000 4K rw
repeat 100000000
  dma eth0 write 0 "x"
`;
