import type { FlavourRefusal } from './cloud-flavours';
import type { Sentence, SentenceCode } from './sentence';

/** Why a VM has no flavour of a cloud, as data. In a file of its own: who only chooses needs no sentences. */
export function refusalSentence(vm: string, { code, params }: FlavourRefusal): Sentence & { code: SentenceCode } {
  return { code, params: { vm, ...params } };
}
