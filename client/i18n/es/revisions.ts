import type { Messages } from '../messages';
import type { revisions as english } from '../en/revisions';

export const revisions: Messages<typeof english> = {
  list: 'Revisiones, la más nueva primero',
  number: 'Revisión {{number}}',
  current: 'actual',
  by: 'de {{name}}',
  restoredFrom: 'De nuevo el dibujo de la revisión {{number}}',
  compare: {
    open: 'Comparar…',
    title: 'Comparar revisiones de {{name}}',
    from: 'De',
    to: 'A',
    drawing: 'El dibujo como está ahora',
    canvas: 'En qué difieren dos dibujos de {{name}}',
    list: 'En qué difieren',
    empty: 'No hay nada en ninguno de los dos.',
    same: 'No difieren en nada.',
    count_one: '{{count}} diferencia',
    count_other: '{{count}} diferencias',
    parameter: 'Parámetro {{name}}',
    orderDrawn: 'Qué notas y figuras están sobre cuáles',
    orderOfParameters: 'Orden de los parámetros',
    fate: { added: 'añadido', removed: 'quitado', changed: 'cambiado', moved: 'movido' },
    group: { added: 'Añadido', removed: 'Quitado', changed: 'Cambiado', moved: 'Solo movido' },
  },
  restore: {
    label: 'Restaurar',
    isCurrent: 'El dibujo empezó con esta.',
    title: '¿Restaurar la revisión {{number}}?',
    goes: 'Cambios del dibujo que no se han guardado',
    stays: 'Todas las revisiones se conservan, y Deshacer recupera los cambios.',
    done: 'La revisión {{number}} se restauró como revisión {{revision}}.',
    same: 'La revisión más nueva está como la revisión {{number}}.',
    refused: 'La revisión {{number}} no puede guardarse como está. Ahora está dibujada, con lo que falla marcado.',
  },
  message: {
    title: 'Guardar con un mensaje',
    label: 'Qué ha cambiado',
    hint: 'Aparece junto a la nueva revisión. Puede quedar vacío.',
    invalid: 'Un mensaje es una línea de texto.',
    notDrawn:
      'El dibujo está como se guardó: el nombre y la descripción se guardan sin revisión y, por tanto, sin mensaje.',
  },
};
