import type { inside as english } from '../en/slices-inside';
import type { Messages } from '../messages';

export const inside: Messages<typeof english> = {
  hasInstead: 'La MV tiene {{addresses}}',
  hasNone: 'La MV no tiene ahí ninguna dirección',
  title: 'Dentro de la MV',
  asking: 'Preguntando a la MV…',
  unknown: 'Desconocido.',
  uptime: 'En marcha desde hace',
  load: 'Carga (1, 5, 15 min)',
  memory: 'Memoria',
  rootDisk: 'Disco raíz',
  availableOf: '{{available}} de {{total}} disponibles',
  usedOf: '{{used}} de {{total}} usados',
  notSaid: 'no lo dice',
  noAddress: 'sin dirección',
  ranAfterBoot: 'Órdenes tras el arranque',
  ranWell: 'hecha',
  ranCode: 'código de salida {{code}}',
  ranLate: 'tardó demasiado',
  ranCut: 'Había más.',
};
