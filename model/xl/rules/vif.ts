import { BASE } from './examples.ts';
import { faultsOf, type XlRule } from './rule.ts';

/** Network interfaces. */
export const vif: XlRule = {
  id: 'xl-vif',
  level: 'error',
  title: 'Network interface that xl refuses',
  explanation: 'xl stops at an argument of a `vif` entry that it does not know, and at a malformed `mac` or `type`.',
  remedy: 'Mend the part that is marked.',
  bad: `${BASE}vif = [ "brige=xenbr0" ]\n`,
  good: `${BASE}vif = [ "bridge=xenbr0" ]\n`,
  sources: ['xl: "unrecognized argument `X\'", "Invalid parameter `mac\'."', 'xl-network-configuration(5)'],
  *check(guest) {
    yield* faultsOf(this, guest, 'vif');
  },
};
