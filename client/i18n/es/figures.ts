import type { Messages } from '../messages';
import type { figures as english } from '../en/figures';

export const figures: Messages<typeof english> = {
  vm: 'MV',
  table: 'Lo que consumen las MV',
  time: 'Hora',
  kind: {
    cpu: 'Procesador',
    memory: 'Memoria',
    disk: 'Disco',
    traffic: 'Tráfico',
  },
  none: '–',
  nothing: 'aún sin medir',
  summary: 'ahora {{now}} · media {{mean}} · máximo {{peak}}',
  reading: '{{time}}: {{value}}',
  notYet: 'Aún no se ha medido nada. Las primeras cifras llegan en medio minuto.',
  lastHour: 'La última hora.',
  since: 'Medido desde las {{time}}.',
  empty: 'Aún no hay cifras',
  emptyText: 'Lo que una MV consume de su anfitrión se mide mientras está en marcha, y se guarda durante una hora.',
  vmNothing: 'No ha estado en marcha en la última hora.',
  help: 'Como lo ve el anfitrión: 100 % es uno de sus procesadores; una MV que no está en marcha es un hueco. El tráfico se cuenta mientras alguien lo mira.',
  busiest: 'Estas son las {{shown}} de {{all}} que más usan el procesador.',
  zone: {
    vms: 'MV en marcha',
    help: 'Sumas de todas las MV de la zona, como las ve el anfitrión: 100 % es uno de sus procesadores.',
    top: 'Las que más usan el procesador',
    slice: 'Slice',
  },
};
