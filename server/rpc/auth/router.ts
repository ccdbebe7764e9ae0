import { z } from 'zod';
import {
  beginSecondFactorInput,
  changeEmailInput,
  changePasswordInput,
  disableSecondFactorInput,
  enableSecondFactorInput,
  loginInput,
  meSchema,
  recoveryCodesSchema,
  registerInput,
  resetPasswordInput,
  secondFactorSetupSchema,
  sessionListSchema,
  signOutEverywhereInput,
  updateProfileInput,
  userSchema,
} from '#shared/auth';
import { idInput } from '#shared/primitives';
import { login } from '#server/domain/auth/login';
import { me } from '#server/domain/auth/me';
import { register } from '#server/domain/auth/register';
import { logout } from '#server/domain/auth/sessions';
import { notYet } from '../not-yet';
import { publicProcedure, router, sessionProcedure, userProcedure } from '../trpc';

export const authRouter = router({
  me: publicProcedure.output(meSchema).query(({ ctx }) => me(ctx.domain, { actor: ctx.actor })),
  register: publicProcedure
    .input(registerInput)
    .output(userSchema)
    .mutation(async ({ ctx, input }) => {
      const { user, session } = await register(ctx.domain, { ...input, client: ctx.client });
      ctx.setSession(session);
      return user;
    }),
  login: publicProcedure
    .input(loginInput)
    .output(userSchema)
    .mutation(async ({ ctx, input }) => {
      const { user, session } = await login(ctx.domain, { ...input, client: ctx.client });
      ctx.setSession(session);
      return user;
    }),
  /** Ends the session. */
  logout: sessionProcedure.output(z.null()).mutation(async ({ ctx }) => {
    await logout(ctx.domain, { actor: ctx.actor });
    ctx.setSession(null);
    return null;
  }),
  updateProfile: userProcedure('account:manage').input(updateProfileInput).output(userSchema).mutation(notYet),
  /** Also ends all other sessions of the account, and gives this one a new token. */
  changePassword: sessionProcedure.input(changePasswordInput).output(z.null()).mutation(notYet),
  changeEmail: sessionProcedure.input(changeEmailInput).output(userSchema).mutation(notYet),
  /** One's own sessions, the last used first. */
  sessions: userProcedure('account:read').output(sessionListSchema).query(notYet),
  revokeSession: userProcedure('account:manage').input(idInput).output(z.null()).mutation(notYet),
  signOutEverywhere: sessionProcedure.input(signOutEverywhereInput).output(z.null()).mutation(notYet),
  /** Takes a link up that an administrator made. Does not sign in. */
  resetPassword: publicProcedure.input(resetPasswordInput).output(z.null()).mutation(notYet),
  beginSecondFactor: sessionProcedure.input(beginSecondFactorInput).output(secondFactorSetupSchema).mutation(notYet),
  enableSecondFactor: sessionProcedure.input(enableSecondFactorInput).output(recoveryCodesSchema).mutation(notYet),
  disableSecondFactor: sessionProcedure.input(disableSecondFactorInput).output(z.null()).mutation(notYet),
  /** New recovery codes in place of all earlier ones. */
  renewRecoveryCodes: sessionProcedure.input(disableSecondFactorInput).output(recoveryCodesSchema).mutation(notYet),
});
