import { z } from 'zod';
import { saidOf, told, type Said, type Sentence, type SentenceCode } from './sentence';
import { sentencesSchema } from './sentence-schema';

/**
 * The closed list of what can go wrong, as far as a user is concerned. The client has a sentence for each
 * in every language; the server sends an English one besides, for programs and logs.
 */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'INVALID_INPUT',
  'INVALID_CREDENTIALS',
  'SECOND_FACTOR_NEEDED',
  'SECOND_FACTOR_WRONG',
  'REGISTRATION_CLOSED',
  'EMAIL_DOMAIN_NOT_ALLOWED',
  'LINK_INVALID',
  'LAST_ADMIN',
  'QUOTA_EXCEEDED',
  'RATE_LIMITED',
  'TOO_MANY_STREAMS',
  'TOO_MANY_CONSOLES',
  'EMAIL_TAKEN',
  'NAME_TAKEN',
  'REVISION_CONFLICT',
  'INVALID_TOPOLOGY',
  'INVALID_DOCUMENT',
  'FLAVOUR_IN_USE',
  'FLAVOUR_RETIRED',
  'IMAGE_IN_USE',
  'IMAGE_RETIRED',
  'UPLOAD_OFFSET',
  'UPLOAD_CLOSED',
  'UPLOAD_ELSEWHERE',
  'TOO_MANY_UPLOADS',
  'NO_ROOM',
  'ZONE_IN_USE',
  'ZONE_UNAVAILABLE',
  'ZONE_AWAY',
  'PLAN_NOT_RUNNABLE',
  'SLICE_BUSY',
  'INVALID_TRANSITION',
  'NOT_EMPTY',
  'CAPTURE_UNAVAILABLE',
  'FIGURES_UNAVAILABLE',
  'SCREENS_UNAVAILABLE',
  'GUEST_UNAVAILABLE',
  'CONSOLE_UNAVAILABLE',
  'CONSOLE_TOKEN_INVALID',
  'PAYLOAD_TOO_LARGE',
  'DATABASE_UNAVAILABLE',
  'DATABASE_BUSY',
  'DATABASE_FULL',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** One thing wrong with a topology, a plan or a document, and where. */
export const problemSchema = z.object({
  code: z.string(),
  /** One sentence, English; the client translates by `code` and `params` where it can. */
  message: z.string(),
  /** Key of the VM or network. */
  node: z.string().optional(),
  /** Key of the edge. */
  edge: z.string().optional(),
  field: z.string().optional(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** The message as data. */
  sentences: sentencesSchema,
  /** Why, where somebody else has said it: of a zone its provider. The message has it, too. */
  because: sentencesSchema,
});
export type Problem = z.infer<typeof problemSchema>;

/** A problem that says one sentence, with what that is told with. */
export function problemOf(
  code: string,
  sentence: Sentence & { code: SentenceCode },
  where: Pick<Problem, 'node' | 'edge' | 'field'>,
): Problem {
  const { message } = told([sentence]);
  const { params } = sentence;
  return { code, message, ...where, ...(params && { params }), sentences: [sentence] };
}

/** What crosses the wire as `error.data.app`, and of one of many in an answer. */
export const publicErrorSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  field: z.string().optional(),
  node: z.string().optional(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  problems: z.array(problemSchema).optional(),
  /** The message as data, of what has more to say than its code. */
  sentences: sentencesSchema,
});
export type PublicError = z.infer<typeof publicErrorSchema>;

/** An error whose sentence is meant for the user. Its `cause` is for the log only and never leaves the server. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly node: string | undefined;
  readonly params: Record<string, string | number> | undefined;
  readonly problems: Problem[] | undefined;
  readonly sentences: Sentence[] | undefined;

  constructor(
    code: ErrorCode,
    message: string | Said,
    details: {
      field?: string;
      node?: string;
      params?: Record<string, string | number>;
      problems?: Problem[];
      cause?: unknown;
    } = {},
  ) {
    super(typeof message === 'string' ? message : message.message, { cause: details.cause });
    this.sentences = typeof message === 'string' ? undefined : [...message.sentences];
    this.code = code;
    this.field = details.field;
    this.node = details.node;
    this.params = details.params;
    this.problems = details.problems;
  }

  toPublic(): PublicError {
    return {
      code: this.code,
      message: this.message,
      field: this.field,
      node: this.node,
      params: this.params,
      problems: this.problems,
      sentences: this.sentences,
    };
  }

  /** What it says, for who passes it on. */
  get said(): Said {
    return saidOf(this.message, this.sentences);
  }
}

/** `NOT_FOUND` for what does not exist and for what the actor may not see: the two are not told apart. */
export function notFound(what: string): AppError {
  return new AppError('NOT_FOUND', `There is no such ${what}.`, { params: { what } });
}
