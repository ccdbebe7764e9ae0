import type { Messages } from '../messages';
import type { reset as english } from '../en/reset';

export const reset: Messages<typeof english> = {
  title: 'Elegir una contraseña',
  password: 'Contraseña nueva',
  save: 'Guardar la contraseña',
  note: 'Terminan todas las sesiones y los tokens de la cuenta.',
  invalidTitle: 'Este enlace no sirve',
  invalid: 'Ya se usó, ha caducado o está incompleto. Pida otro a un administrador.',
  doneTitle: 'La contraseña está guardada',
  done: 'Han terminado todas las sesiones y los tokens anteriores de la cuenta.',
};
