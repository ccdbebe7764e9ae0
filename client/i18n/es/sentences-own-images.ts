import type { ownImageSentences as english } from '#shared/sentences-own-images';

/** What the server says of images of one's own. */
export const ownImageSentences: Record<keyof typeof english, string> = {
  UPLOAD_OFFSET: 'Han llegado {{received}} bytes: el siguiente trozo empieza ahí.',
  UPLOAD_NOT_CHUNK: 'Esto no es un trozo de una subida.',
  UPLOAD_TOO_LONG: 'Es más largo de lo que se dijo.',
  UPLOAD_BROKEN_OFF: 'El trozo se interrumpió.',
  UPLOAD_CLOSED: 'A esta subida ya no se le puede añadir nada.',
  UPLOAD_ELSEWHERE: 'El comienzo está en otro servidor, y solo ese puede recibir el resto.',
  UPLOADS_LIMIT: 'Como máximo se pueden subir {{limit}} archivos a la vez. Termine o cancele uno de ellos.',
  UPLOAD_NO_ROOM: 'En el disco del servidor no hay sitio para esto.',
  UPLOAD_WRONG_CHECKSUM: 'Lo que llegó no es lo que se esperaba: su SHA-256 es {{found}}.',
  UPLOAD_INCOMPLETE: 'En el disco ya no está completo. Vuelva a subirlo.',
  URL_FORBIDDEN_ADDRESS:
    '{{host}} está en una dirección de la que no se pueden obtener imágenes: redes locales, privadas y otras especiales solo donde un administrador las enumera.',
  URL_REDIRECTS: 'La dirección remite a otra más de {{max}} veces.',
  URL_NO_TARGET: '{{host}} remite a otro sitio ({{status}}), pero no a una dirección que se pueda obtener.',
  URL_PLAIN: 'Lleva a {{host}} sin TLS, donde cualquiera en el camino puede cambiar el archivo: indique su SHA-256.',
  URL_NOTHING_THERE: 'En esta dirección no hay nada: {{host}} responde {{status}}.',
  URL_NOT_GIVEN: '{{host}} no lo entrega sin iniciar sesión ({{status}}).',
  URL_STATUS: '{{host}} responde {{status}} en lugar del archivo.',
  URL_EMPTY: '{{host}} no ha enviado nada.',
  URL_TOO_LARGE: 'El archivo tiene más de {{max}} MiB, que es lo máximo que se acepta.',
  URL_SILENT: '{{host}} no ha enviado nada en {{seconds}} s.',
  URL_TOO_SLOW: '{{host}} no lo ha enviado entero en {{hours}} h.',
  DISK_UNKNOWN:
    '{{file}} no es una imagen de disco conocida aquí: qcow2, vmdk, vdi, vhdx, o un disco o ISO con sector de arranque, también comprimidos con gzip o xz.',
  DISK_DAMAGED: '{{file}} está dañado o incompleto.',
  DISK_BACKING_FILE:
    '{{file}} solo contiene las diferencias con otra imagen. Conviértalo en una completa: qemu-img convert -O qcow2',
  DISK_DATA_FILE:
    '{{file}} tiene sus datos en otro archivo. Conviértalo en una imagen completa: qemu-img convert -O qcow2',
  DISK_ENCRYPTED: '{{file}} está cifrado.',
  DISK_SEVERAL_FILES:
    '{{file}} es uno de los varios archivos de un disco. Conviértalos en uno: qemu-img convert -O qcow2',
  DISK_TOO_LARGE: '{{file}} contiene un disco de más de {{max}} GiB.',
  DISK_STORES_TOO_MUCH: '{{file}} ocupa aquí más de {{max}} MiB de disco.',
  DISK_NESTED: '{{file}} está comprimido más de una vez.',
  DISK_NOT_UNPACKED: '{{file}} no se puede descomprimir: está dañado o incompleto.',
  DISK_CD_ONLY: '{{file}} solo arranca desde un CD, que las MV no tienen. Tiene que ser una ISO híbrida.',
  DISK_NO_TOOL: 'Al servidor le falta un programa para examinar {{file}}: necesita qemu-utils, y xz-utils para .xz.',
  DISK_TOO_SLOW: 'Examinar {{file}} tardó demasiado.',
  DISK_NO_ROOM: 'En el disco del servidor no hay sitio para lo que contiene {{file}}.',
  IMAGE_NOT_HERE:
    'Los archivos de la imagen «{{image}}» no están en el servidor de esta zona: se subió a otro, o se perdió su disco.',
  VM_WITHOUT_DISK:
    '{{vm}} no tiene disco propio: su imagen arranca de nuevo cada vez y nada de lo que escribe se conserva.',
  VM_DISK_NOT_THERE: '{{vm}} todavía no tiene disco: despliéguela primero.',
  VM_DISK_GONE: 'La MV cuyo disco se iba a guardar ya no existe.',
  SAVE_ELSEWHERE: 'Su disco está en el servidor {{host}}: inicie sesión allí para guardarlo.',
  ACT_DISK_SAVE: 'No se pudo guardar el disco de {{vm}}.',
  IMAGE_NOT_YOURS: 'Solo quien subió la imagen {{name}} puede cambiarla.',
};
