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
import { changeEmail, changePassword, updateProfile } from '#server/domain/auth/account';
import { login } from '#server/domain/auth/login';
import { me } from '#server/domain/auth/me';
import { listSessions, revokeSession, signOutEverywhere } from '#server/domain/auth/own-sessions';
import { resetPassword } from '#server/domain/auth/password-links';
import { register } from '#server/domain/auth/register';
import {
  beginSecondFactor,
  disableSecondFactor,
  enableSecondFactor,
  renewRecoveryCodes,
} from '#server/domain/auth/second-factor';
import { logout } from '#server/domain/auth/sessions';
import { answer } from '../answers';
import { publicProcedure, router, sessionProcedure, userProcedure } from '../trpc';

export const authRouter = router({
  me: publicProcedure.output(answer(meSchema)).query(({ ctx }) => me(ctx.domain, { actor: ctx.actor })),
  register: publicProcedure
    .input(registerInput)
    .output(answer(userSchema))
    .mutation(async ({ ctx, input }) => {
      const { user, session } = await register(ctx.domain, { ...input, client: ctx.client, replaced: ctx.actor });
      ctx.setSession(session);
      return user;
    }),
  login: publicProcedure
    .input(loginInput)
    .output(answer(userSchema))
    .mutation(async ({ ctx, input }) => {
      const { user, session } = await login(ctx.domain, { ...input, client: ctx.client, replaced: ctx.actor });
      ctx.setSession(session);
      return user;
    }),
  /** Ends the session. */
  logout: sessionProcedure.output(answer(z.null())).mutation(async ({ ctx }) => {
    await logout(ctx.domain, { actor: ctx.actor });
    ctx.setSession(null);
    return null;
  }),
  updateProfile: userProcedure('account:manage')
    .input(updateProfileInput)
    .output(answer(userSchema))
    .mutation(({ ctx, input }) => updateProfile(ctx.domain, { actor: ctx.actor, ...input })),
  /** Also ends all other sessions of the account, and gives this one a new token. */
  changePassword: sessionProcedure
    .input(changePasswordInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      ctx.setSession(await changePassword(ctx.domain, { actor: ctx.actor, ...input, client: ctx.client }));
      return null;
    }),
  changeEmail: sessionProcedure
    .input(changeEmailInput)
    .output(answer(userSchema))
    .mutation(({ ctx, input }) => changeEmail(ctx.domain, { actor: ctx.actor, ...input })),
  /** One's own sessions, the last used first. */
  sessions: userProcedure('account:read')
    .output(answer(sessionListSchema))
    .query(({ ctx }) => listSessions(ctx.domain, { actor: ctx.actor })),
  revokeSession: userProcedure('account:manage')
    .input(idInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await revokeSession(ctx.domain, { actor: ctx.actor, ...input });
      if (input.id === ctx.actor.tokenId) ctx.setSession(null);
      return null;
    }),
  signOutEverywhere: sessionProcedure
    .input(signOutEverywhereInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await signOutEverywhere(ctx.domain, { actor: ctx.actor, ...input });
      ctx.setSession(null);
      return null;
    }),
  /** Takes a link up that an administrator made. Does not sign in. */
  resetPassword: publicProcedure
    .input(resetPasswordInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await resetPassword(ctx.domain, { ...input, client: ctx.client });
      return null;
    }),
  beginSecondFactor: sessionProcedure
    .input(beginSecondFactorInput)
    .output(answer(secondFactorSetupSchema))
    .mutation(({ ctx, input }) => beginSecondFactor(ctx.domain, { actor: ctx.actor, ...input })),
  enableSecondFactor: sessionProcedure
    .input(enableSecondFactorInput)
    .output(answer(recoveryCodesSchema))
    .mutation(({ ctx, input }) => enableSecondFactor(ctx.domain, { actor: ctx.actor, ...input })),
  disableSecondFactor: sessionProcedure
    .input(disableSecondFactorInput)
    .output(answer(z.null()))
    .mutation(async ({ ctx, input }) => {
      await disableSecondFactor(ctx.domain, { actor: ctx.actor, ...input });
      return null;
    }),
  /** New recovery codes in place of all earlier ones. */
  renewRecoveryCodes: sessionProcedure
    .input(disableSecondFactorInput)
    .output(answer(recoveryCodesSchema))
    .mutation(({ ctx, input }) => renewRecoveryCodes(ctx.domain, { actor: ctx.actor, ...input })),
});
