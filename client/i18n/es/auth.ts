import type { Messages } from '../messages';
import type { auth as english } from '../en/auth';

export const auth: Messages<typeof english> = {
  signIn: 'Iniciar sesión',
  register: 'Crear cuenta',
  email: 'Correo electrónico',
  password: 'Contraseña',
  name: 'Nombre',
  namePlaceholder: 'Cómo le verán los demás',
  passwordRules: 'Al menos {{min}} caracteres. Unas pocas palabras sin relación se recuerdan bien y se adivinan mal.',
  showPassword: 'Mostrar la contraseña',
  hidePassword: 'Ocultar la contraseña',
  noAccount: '¿Aún no tiene cuenta?',
  haveAccount: '¿Ya tiene una cuenta?',
  closedTitle: 'El registro está cerrado',
  closed: 'Pida una cuenta a un administrador de esta instalación.',
  capsLock: 'Bloq Mayús está activado.',
  code: 'Código',
  codeHelp: 'Las seis cifras que muestra ahora su aplicación de autenticación.',
  recoveryCode: 'Código de recuperación',
  recoveryHelp: 'Uno de los que guardó. Cada uno vale una vez.',
  useRecovery: 'Usar un código de recuperación',
  useCode: 'Usar el autenticador',
  secondStep: 'La contraseña es correcta. Un paso más para {{email}}.',
  otherAccount: 'Volver',
  domains: 'Una dirección de {{domains}}.',
  preferences: 'Idioma y apariencia',
};
