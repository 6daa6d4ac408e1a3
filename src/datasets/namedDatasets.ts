/** One file of a published data set. */
export interface PublishedFile {
  /** The published file's name; it is compressed with gzip. */
  readonly name: string;
  /** Bytes of the compressed file as published; others may compress the same content to other bytes. */
  readonly compressedBytes: number;
  /** Bytes of the content. */
  readonly bytes: number;
  /** SHA-256 of the content, hexadecimal: it holds however the file was compressed, as Debian does anew. */
  readonly sha256: string;
}

/** A data set in the form of MNIST's four files. */
export interface PublishedDataset {
  readonly kind: 'published';
  readonly name: string;
  readonly title: string;
  /** The page that describes the data set. */
  readonly source: string;
  /** Folders on the web that have the files, tried in this order; each ends with a slash. */
  readonly mirrors: readonly string[];
  /** Folders in which packages of operating systems install it. */
  readonly systemFolders: readonly string[];
  readonly files: readonly PublishedFile[];
  readonly classNames: readonly string[];
}

/** A data set that comes with konkyo, or is made of one that does. */
interface EmbeddedDataset {
  readonly kind: 'embedded';
  readonly name: 'digits' | 'mosaic';
  readonly title: string;
}

export type NamedDataset = PublishedDataset | EmbeddedDataset;

const digits: EmbeddedDataset = {
  kind: 'embedded',
  name: 'digits',
  title: '10,000 handwritten digits of MNIST, which come with konkyo',
};

const mosaic: EmbeddedDataset = {
  kind: 'embedded',
  name: 'mosaic',
  title: '7,000 pictures of 96x96 with two to four of these digits each; the label is that of the largest',
};

const mnist: PublishedDataset = {
  kind: 'published',
  name: 'mnist',
  title: 'MNIST: 70,000 handwritten digits',
  source: 'http://yann.lecun.com/exdb/mnist/',
  mirrors: ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'https://storage.googleapis.com/cvdf-datasets/mnist/'],
  systemFolders: [],
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  files: [
    {
      name: 'train-images-idx3-ubyte.gz',
      compressedBytes: 9_912_422,
      bytes: 47_040_016,
      sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    },
    {
      name: 'train-labels-idx1-ubyte.gz',
      compressedBytes: 28_881,
      bytes: 60_008,
      sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    },
    {
      name: 't10k-images-idx3-ubyte.gz',
      compressedBytes: 1_648_877,
      bytes: 7_840_016,
      sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    },
    {
      name: 't10k-labels-idx1-ubyte.gz',
      compressedBytes: 4_542,
      bytes: 10_008,
      sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  ],
};

const fashionMnist: PublishedDataset = {
  kind: 'published',
  name: 'fashion-mnist',
  title: 'Fashion-MNIST: 70,000 pictures of clothes',
  source: 'https://github.com/zalandoresearch/fashion-mnist',
  mirrors: [
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  ],
  // Debian's package dataset-fashion-mnist.
  systemFolders: ['/usr/share/datasets/fashion-mnist'],
  classNames: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  files: [
    {
      name: 'train-images-idx3-ubyte.gz',
      compressedBytes: 26_421_880,
      bytes: 47_040_016,
      sha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    },
    {
      name: 'train-labels-idx1-ubyte.gz',
      compressedBytes: 29_515,
      bytes: 60_008,
      sha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    },
    {
      name: 't10k-images-idx3-ubyte.gz',
      compressedBytes: 4_422_102,
      bytes: 7_840_016,
      sha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    },
    {
      name: 't10k-labels-idx1-ubyte.gz',
      compressedBytes: 5_148,
      bytes: 10_008,
      sha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    },
  ],
};

/** The data sets that have a name. */
export const namedDatasets: readonly NamedDataset[] = [digits, mosaic, mnist, fashionMnist];
