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
import { notYet } from '../not-yet';
import { permittedProcedure, router } from '../trpc';

const read = permittedProcedure('users:manage', 'admin:read');
const manage = permittedProcedure('users:manage', 'admin:manage');

export const usersRouter = router({
  /** By name. */
  list: read.input(listUsersInput).output(accountPage).query(notYet),
  get: read.input(idInput).output(accountSchema).query(notYet),
  /** People whose name or address holds the text: at most 10. */
  find: permittedProcedure('users:find', 'account:read').input(findUsersInput).output(foundUsersSchema).query(notYet),
  create: manage.input(createUserInput).output(createdUserSchema).mutation(notYet),
  createService: manage.input(createServiceInput).output(accountSchema).mutation(notYet),
  update: manage.input(updateUserInput).output(accountSchema).mutation(notYet),
  /** Ends all sessions; tokens are refused until the account is enabled again. What runs goes on running. */
  disable: manage.input(idInput).output(accountSchema).mutation(notYet),
  enable: manage.input(idInput).output(accountSchema).mutation(notYet),
  /** A link to choose a new password by; earlier links of the account are void. */
  resetPassword: manage.input(idInput).output(passwordLinkSchema).mutation(notYet),
  /** For who has lost both the authenticator and the recovery codes. */
  removeSecondFactor: manage.input(idInput).output(accountSchema).mutation(notYet),
  /** Ends all sessions and revokes all tokens. */
  signOut: manage.input(idInput).output(accountSchema).mutation(notYet),
  delete: manage.input(deleteUserInput).output(deletedUserSchema).mutation(notYet),
});
