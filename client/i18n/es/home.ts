import type { Messages } from '../messages';
import type { home as english } from '../en/home';

export const home: Messages<typeof english> = {
  title: 'Inicio',
  hello: 'Hola, {{name}}',
  slices: 'Mis slices',
  allSlices: 'Todos los slices',
  zones: 'Espacio en las zonas',
  running_one: '{{count}} MV en marcha',
  running_other: '{{count}} MV en marcha',
  nothingRunning: 'Ninguna MV en marcha',
  attention_one: '{{count}} slice requiere atención',
  attention_other: '{{count}} slices requieren atención',
  ofLast_one: 'Del último: {{summary}}',
  ofLast_other: 'De los últimos {{count}}: {{summary}}',
  noZones: 'Aún no hay ninguna zona donde desplegar.',
  zoneDown: 'Ahora no puede ejecutar MV. Ver por qué',
  zoneAway: 'Su servidor no responde: ahora no se puede desplegar allí.',
  zoneOff: 'Cerrada por un administrador.',
  free: 'Libres: {{vcpus}} vCPU, {{ram}} de RAM y {{disk}} de disco',
  guide: {
    title: 'Tres pasos hasta su primera red',
    step: 'Paso {{number}}',
    done: 'Hecho',
    draw: { title: 'Dibuje una plantilla', text: 'Coloque MV en un lienzo y conéctelas.', action: 'Nueva plantilla' },
    slice: {
      title: 'Cree un slice con ella',
      text: 'Elija una zona y un nombre. Verá el plan antes de que ocurra nada.',
      action: 'Nuevo slice',
    },
    use: {
      title: 'Despliéguelo y trabaje en él',
      text: 'Vea cómo arranca cada MV y abra su consola en el navegador.',
    },
  },
};
