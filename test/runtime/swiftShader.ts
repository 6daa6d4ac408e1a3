import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian's chromium has SwiftShader, which is Vulkan on the processor, and the library that loads it. */
const folder = '/usr/lib/chromium';
const driver = join(folder, 'vk_swiftshader_icd.json');

/** The environment in which WebGPU runs on SwiftShader, for a process that is yet to start; undefined where it is not there. */
export function swiftShader(): NodeJS.ProcessEnv | undefined {
  const isThere = process.platform === 'linux' && existsSync(driver) && existsSync(join(folder, 'libvulkan.so.1'));
  return isThere ? { ...process.env, LD_LIBRARY_PATH: folder, VK_DRIVER_FILES: driver } : undefined;
}
