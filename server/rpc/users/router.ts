import { idInput } from '#shared/primitives';
import {
  accountPage,
  accountSchema,
  createdUserSchema,
  createServiceInput,
  createUserInput,
  deletedUserSchema,
  deleteUserInput,
  findUsersInput,
  foundUsersSchema,
  listUsersInput,
  passwordLinkSchema,
  updateUserInput,
} from '#shared/user';
import { deleteUser } from '#server/domain/users/delete';
import { findUsers, getUser, listUsers } from '#server/domain/users/read-accounts';
import {
  createService,
  createUser,
  disableUser,
  enableUser,
  makePasswordLink,
  removeSecondFactor,
  signOutUser,
  updateUser,
} from '#server/domain/users/write-accounts';
import { answer } from '../answers';
import { permittedProcedure, permittedSessionProcedure, router } from '../trpc';

const read = permittedProcedure('users:manage', 'admin:read');
const manage = permittedProcedure('users:manage', 'admin:manage');
/** What gives an account into somebody's hands. */
const manageSignedIn = permittedSessionProcedure('users:manage');

export const usersRouter = router({
  /** By name. */
  list: read
    .input(listUsersInput)
    .output(answer(accountPage))
    .query(({ ctx, input }) => listUsers(ctx.domain, { query: input })),
  get: read
    .input(idInput)
    .output(answer(accountSchema))
    .query(({ ctx, input }) => getUser(ctx.domain, input)),
  /** People whose name or address holds the text: at most 10. */
  find: permittedProcedure('users:find', 'account:read')
    .input(findUsersInput)
    .output(answer(foundUsersSchema))
    .query(({ ctx, input }) => findUsers(ctx.domain, { actor: ctx.actor, search: input.search })),
  /** An administrator: not by a token, neither here nor in the next two. */
  create: manage
    .input(createUserInput)
    .output(answer(createdUserSchema))
    .mutation(({ ctx, input }) => createUser(ctx.domain, { actor: ctx.actor, user: input })),
  createService: manage
    .input(createServiceInput)
    .output(answer(accountSchema))
    .mutation(({ ctx, input }) => createService(ctx.domain, { actor: ctx.actor, service: input })),
  update: manage
    .input(updateUserInput)
    .output(answer(accountSchema))
    .mutation(({ ctx, input }) => updateUser(ctx.domain, { actor: ctx.actor, change: input })),
  /** Ends all sessions; tokens are refused until the account is enabled again. What runs goes on running. */
  disable: manage
    .input(idInput)
    .output(answer(accountSchema))
    .mutation(({ ctx, input }) => disableUser(ctx.domain, { actor: ctx.actor, id: input.id })),
  enable: manage
    .input(idInput)
    .output(answer(accountSchema))
    .mutation(({ ctx, input }) => enableUser(ctx.domain, { actor: ctx.actor, id: input.id })),
  /** A link to choose a new password by; earlier links of the account are void. */
  resetPassword: manageSignedIn
    .input(idInput)
    .output(answer(passwordLinkSchema))
    .mutation(({ ctx, input }) => makePasswordLink(ctx.domain, { actor: ctx.actor, id: input.id })),
  /** For who has lost both the authenticator and the recovery codes. */
  removeSecondFactor: manageSignedIn
    .input(idInput)
    .output(answer(accountSchema))
    .mutation(({ ctx, input }) => removeSecondFactor(ctx.domain, { actor: ctx.actor, id: input.id })),
  /** Ends all sessions and revokes all tokens. */
  signOut: manage
    .input(idInput)
    .output(answer(accountSchema))
    .mutation(({ ctx, input }) => signOutUser(ctx.domain, { actor: ctx.actor, id: input.id })),
  /** Again, if it broke off: it goes on where it was. */
  delete: manage
    .input(deleteUserInput)
    .output(answer(deletedUserSchema))
    .mutation(({ ctx, input }) => deleteUser(ctx.domain, { actor: ctx.actor, choice: input })),
});
