import type { Messages } from '../messages';
import type { errors as english } from '../en/errors';

export const errors: Messages<typeof english> = {
  title: 'No se pudo completar',
  network: 'No se puede contactar con el servidor. Compruebe la conexión e inténtelo de nuevo.',
  unexpected: 'Algo ha fallado en esta página. Vuelva a cargarla e inténtelo de nuevo.',
  needed: 'Este dato es necesario.',
  codeNeeded: 'Hace falta un código.',
  passwordNeeded: 'Hace falta una contraseña.',
  waitSeconds_one: 'Demasiados intentos. Espere {{count}} segundo e inténtelo de nuevo.',
  waitSeconds_other: 'Demasiados intentos. Espere {{count}} segundos e inténtelo de nuevo.',
  waitMinutes_one: 'Demasiados intentos. Espere {{count}} minuto e inténtelo de nuevo.',
  waitMinutes_other: 'Demasiados intentos. Espere {{count}} minutos e inténtelo de nuevo.',
  code: {
    UNAUTHENTICATED: 'La sesión ha terminado. Inicie sesión de nuevo.',
    FORBIDDEN: 'Su rol no permite esta acción.',
    INVALID_CREDENTIALS: 'El correo electrónico o la contraseña no son correctos.',
    SECOND_FACTOR_NEEDED: 'Además de la contraseña hace falta un código de su autenticador.',
    SECOND_FACTOR_WRONG: 'Este código no es correcto o ya se usó.',
    RATE_LIMITED: 'Demasiados intentos. Espere un poco e inténtelo de nuevo.',
    DATABASE_UNAVAILABLE: 'La base de datos no responde. No se ha perdido nada; inténtelo de nuevo en un momento.',
    DATABASE_BUSY: 'Otros estaban cambiando lo mismo en este momento. No se ha cambiado nada; inténtelo de nuevo.',
    DATABASE_FULL:
      'El disco de la base de datos está lleno. Nada de lo guardado se ha perdido; un administrador tiene que liberar espacio.',
    INTERNAL: 'Algo ha fallado en el servidor. Ha quedado registrado.',
  },
};
