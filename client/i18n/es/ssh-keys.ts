import type { Messages } from '../messages';
import type { sshKeys as english } from '../en/ssh-keys';

export const sshKeys: Messages<typeof english> = {
  caption: 'Claves SSH',
  help: 'Las reciben las MV de sus slices: las que tienen disco las toman en cada arranque, para la cuenta trama.',
  new: 'Añadir claves',
  name: 'Nombre',
  type: 'Tipo',
  fingerprint: 'Huella',
  created: 'Añadida',
  empty: {
    title: 'Aún no hay claves SSH',
    text: 'Con una clave entra en sus MV por SSH, sin contraseña. Aquí solo se guarda su mitad pública.',
  },
  form: {
    title: 'Añadir claves SSH',
    text: 'Claves públicas',
    textHelp: 'Lo que contiene un archivo .pub; si son varias, una en cada línea.',
    placeholder: 'ssh-ed25519 AAAA… usted@portatil',
    file: 'Leer un archivo',
    drop: 'Suelte un archivo .pub para leerlo',
    unreadable: '{{file}} no es un archivo de texto con claves.',
    name: 'Nombre',
    nameHelp: 'Sin él, lo que hay detrás de la clave.',
    add: 'Añadir',
  },
  added_one: 'Se ha añadido {{count}} clave.',
  added_other: 'Se han añadido {{count}} claves.',
  known_one: '{{count}} clave ya estaba.',
  known_other: '{{count}} claves ya estaban.',
  delete: 'Eliminar',
  confirm: {
    title: '¿Eliminar la clave SSH «{{name}}»?',
    goes: 'Las MV que arranquen desde ahora ya no la tendrán.',
    stays: 'Las MV en marcha la conservan hasta su próximo arranque.',
    label: 'Eliminar clave',
  },
};
