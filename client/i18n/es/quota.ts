import type { Messages } from '../messages';
import type { quota as english } from '../en/quota';

export const quota: Messages<typeof english> = {
  mine: 'Mi cuota',
  noLimits: 'No tiene límites.',
  group: { total: 'En todos los slices, también borradores', running: 'De las MV en marcha' },
  field: {
    slices: 'Slices',
    vms: 'MV',
    vcpus: 'vCPU',
    ramMb: 'RAM',
    diskGb: 'Disco',
    runningVms: 'MV en marcha',
    runningVcpus: 'vCPU en marcha',
    runningRamMb: 'RAM en marcha',
    snapshots: 'Instantáneas',
    imageMb: 'Imágenes propias',
  },
  unit: { ramMb: 'MiB', diskGb: 'GiB', imageMb: 'MiB', runningRamMb: 'MiB' },
  kind: 'Límite de {{field}}',
  asRole: 'Como el rol',
  asRoleLimit: 'Como el rol: {{limit}}',
  noLimit: 'Sin límite',
  number: 'Cantidad',
  amount: 'Cuánto: {{field}}',
  used: '{{used}} en uso',
  below: 'Menos de lo que está en uso: lo que hay se queda, nada se puede añadir.',
  saved: 'La cuota se ha guardado.',
  roles: {
    title: 'Cuotas de los roles',
    help: 'Lo que vale para todos los de un rol, salvo que su cuenta diga otra cosa.',
    saved: 'La cuota del rol se ha guardado.',
  },
};
