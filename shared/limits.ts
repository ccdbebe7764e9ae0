/** Every bound of our own that both sides enforce; those of a zone, its provider says. Units are in the names. */
export const limits = {
  /** VMs in one topology. One host runs tens; a region behind OpenStack runs this many. */
  vmsPerTopology: 1000,
  networksPerTopology: 200,
  edgesPerTopology: 4000,
  /** NICs of one VM in a drawing. How many a zone has room for, its provider says (`vmLimits`), and the plan. */
  nicsPerVm: 64,
  forwardsPerVm: 8,
  /** Start-up files of one VM, and characters of the content and of the path of each. */
  filesPerVm: 8,
  fileLength: 16_384,
  filePathLength: 200,
  /** VMs that one VM is started after. */
  startAfterPerVm: 32,
  /** Characters of a text on a console that says that a VM is ready. */
  markerLength: 200,
  /** Longest wait for a VM to become ready. */
  gateSeconds: 3600,
  /** Operations on single VMs of one slice that are under way or wait. */
  operationsPerSlice: 16,
  /** Minutes that a lease may last. */
  leaseMinutes: 5 * 366 * 24 * 60,
  /** What is done to one slice at times. */
  schedulesPerSlice: 20,
  /** Slices that one request starts an operation on. */
  slicesAtOnce: 100,
  nameLength: 63,
  /** Characters of what a VM is called besides its name. */
  labelLength: 200,
  descriptionLength: 500,
  /** Tags of one template, and characters of one: together less than what `group_concat` gives, 1,024 bytes. */
  tagsPerTemplate: 10,
  tagLength: 24,
  /** Characters of what is said of a template's revision. */
  revisionMessageLength: 200,
  /** Words that a template is found by, and characters of one that count. */
  wordsPerTemplate: 4_000,
  wordLength: 40,
  /** Words of a search that count. */
  searchWords: 4,
  /** Characters of what an end of a link is called. */
  interfaceNameLength: 60,
  /** Notes, labels, shapes and groups of one topology. */
  annotationsPerTopology: 500,
  /** Characters of the text of one of them. */
  noteLength: 2_000,
  /** px of the drawing. */
  annotationSide: 100_000,
  /** Characters of what a document calls a kind of machine. */
  kindLength: 200,
  /** Living templates of one owner; those made at the same instant may go a little beyond. */
  templatesPerUser: 10_000,
  /** Templates of which one user has work that is not saved kept at the server, and bytes of one such draft. */
  draftsPerUser: 20,
  draftBytes: 2_000_000,
  /** Living tokens of one account, sessions not counted. */
  tokensPerUser: 100,
  /** Event streams that one user has open at a server at once: pages that are shown, and programs that wait. */
  streamsPerUser: 100,
  /** Consoles that one user has open at a server at once. */
  consolesPerUser: 64,
  /** Users that one template or slice is shared with. */
  sharesPerObject: 500,
  webhooksPerUser: 10,
  webhookUrlLength: 2_000,
  /** Days that a token may live. */
  tokenDays: 366,
  emailLength: 254,
  passwordMinLength: 10,
  passwordMaxLength: 200,
  pageSize: 100,
  /** VMs that use a flavour or an image are counted so far. */
  usesCounted: 100,
  defaultPageSize: 50,
  searchLength: 100,
  /** Characters of an imported document. */
  importLength: 4_000_000,
  /** MiB of a file that is to become an image, packed or not, and of the image that it becomes. */
  uploadMb: 64 * 1024,
  imageUrlLength: 2048,
  /** GiB of the disk that an image of one's own holds. */
  uploadedDiskGb: 256,
  /** Uploads of one user that have not come to an end. */
  uploadsPerUser: 5,
  /** Bytes of one request's body. */
  bodyBytes: 5_000_000,
  /** Characters of one secret of a zone, as a key of a cloud. */
  secretLength: 2_000,
  /** Characters of the certificates that a zone trusts besides: a chain of several. */
  certificateLength: 20_000,
  /** Characters of an error or message that is kept on a step, a deployment or an event. */
  messageLength: 500,
  vcpus: 64,
  ramMb: 1024 * 1024,
  diskGb: 16 * 1024,
} as const;
