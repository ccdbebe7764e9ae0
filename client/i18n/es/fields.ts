import type { Messages } from '../messages';
import type { fields as english } from '../en/fields';

export const fields: Messages<typeof english> = {
  whole: 'Un número entero.',
  tooShort: 'Al menos {{limit}} caracteres.',
  tooLong: 'Como máximo {{limit}} caracteres.',
  tooSmall: 'Al menos {{limit}}.',
  tooLarge: 'Como máximo {{limit}}.',
  email: 'No es una dirección de correo.',
  nameNeeded: 'Hace falta un nombre.',
  nameCharacters: 'Un nombre no puede llevar barras, ángulos ni caracteres de control.',
  personNameCharacters: 'Un nombre no puede llevar ángulos ni caracteres de control.',
  nameReserved: 'Este nombre está reservado.',
  webAddress: 'Una dirección que empieza por https:// o http://.',
  subnet: 'Una subred con la longitud de su prefijo: 192.168.1.0/24.',
  ipv4: 'Una dirección IPv4 del servidor de la zona: 127.0.0.1, o 0.0.0.0 para todas.',
  imageSource: 'Una ruta absoluta en el servidor o una URL http(s).',
  sha256: 'Un SHA-256 son 64 dígitos hexadecimales.',
  sha256Needed: 'Una imagen que se descarga de una URL necesita su SHA-256.',
  codeCharacters: 'Solo letras y cifras.',
  scopeNeeded: 'Elija al menos una cosa que el token pueda hacer.',
  receiverNeeded: 'Diga a quién pasan.',
  receiverDeleted: 'No pueden pasar a la cuenta que se elimina.',
};
