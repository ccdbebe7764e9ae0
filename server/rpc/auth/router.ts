import { z } from 'zod';
import { loginInput, meSchema, registerInput, userSchema } from '#shared/auth';
import { login } from '#server/domain/auth/login';
import { me } from '#server/domain/auth/me';
import { register } from '#server/domain/auth/register';
import { logout } from '#server/domain/auth/sessions';
import { publicProcedure, router, userProcedure } from '../trpc';

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
  logout: userProcedure.output(z.null()).mutation(async ({ ctx }) => {
    await logout(ctx.domain, { actor: ctx.actor });
    ctx.setSession(null);
    return null;
  }),
});
