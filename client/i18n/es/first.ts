import { auth } from './auth';
import { common } from './common';
import { errors } from './errors';
import { home } from './home';

/** The texts of the first load: signing in, the home page, and what every page may say. */
export const first = { auth, common, errors, home };
