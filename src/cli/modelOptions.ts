import type { Command } from 'commander';
import { methodOptions } from './methodFlags.ts';

/** The flags that describe a model's input, and how it is run. */
export function addModelOptions(command: Command): Command {
  return command
    .option('--size <HxW>', "height and width, where the model leaves its input's size open")
    .option('--layout <layout>', 'NCHW or NHWC')
    .option('--order <order>', 'RGB or BGR')
    .option('--scale <factor>', 'pixels 0..255 are multiplied by it (default: 1/255)')
    .option('--mean <numbers>', 'then these are subtracted, one or one a channel (default: 0)')
    .option('--std <numbers>', 'then divided by these (default: 1)')
    .option('--classes <file>', 'class names, one a line')
    .option('--data-dir <folder>', 'where the files of a named data set are')
    .option('--threads <n>', 'threads (default: all)');
}

/** A flag for each option that a method has. */
export function addMethodOptions(command: Command): Command {
  command.option(
    '--baselines <images>',
    'what expected-gradients compares with: a folder of pictures, an .npy or .npz file, or a data set such as digits (default: blank images from black to white)',
  );
  command.option(
    '--segments <file>',
    'the parts of the image that feature-ablation and kernel-shap cover: an .npy array of labels, or a picture with a colour for each (default: the cells of a grid)',
  );
  for (const [name, { option, methods }] of methodOptions()) {
    command.option(`--${name} <number>`, `${option.about} (${methods.join(', ')}; default ${option.default})`);
  }
  return command;
}
