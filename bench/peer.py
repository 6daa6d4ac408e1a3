"""The same methods in plain PyTorch, for comparison: python3 bench/peer.py [--model NAME] [--only WORD] [--threads 2]

What somebody writes who has PyTorch and no library for explanations: no peer's code, and no tuning beyond batches. Networks of the
shapes of test/reference/lenet.onnx and bench/mobileNetV3.ts with random weights, for time does not depend on them.
Prints one JSON line a workload: model, method, seconds (median of five rounds after a warm-up).
"""

import argparse
import json
import time

import torch
from torch import nn


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    ), (1, 28, 28), 128  # fmt: skip


class Squeeze(nn.Module):
    def __init__(self, channels):
        super().__init__()
        few = max(8, round(channels / 4 / 8) * 8)
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, few, 1), nn.ReLU(), nn.Conv2d(few, channels, 1), nn.Hardsigmoid()
        )

    def forward(self, x):
        return x * self.gate(x)


class Block(nn.Module):
    def __init__(self, channels, kernel, expanded, out, squeeze, act, stride):
        super().__init__()
        wide = [] if expanded == channels else [nn.Conv2d(channels, expanded, 1), act()]
        depthwise = nn.Conv2d(expanded, expanded, kernel, stride, kernel // 2, groups=expanded)
        gate = [Squeeze(expanded)] if squeeze else []
        self.inner = nn.Sequential(*wide, depthwise, act(), *gate, nn.Conv2d(expanded, out, 1))
        self.residual = stride == 1 and out == channels

    def forward(self, x):
        return x + self.inner(x) if self.residual else self.inner(x)


def mobilenet():
    """Howard et al. 2019, table 2, without batch normalisation (it is merged into the convolutions)."""
    relu, swish = nn.ReLU, nn.Hardswish
    table = [
        (3, 16, 16, True, relu, 2), (3, 72, 24, False, relu, 2), (3, 88, 24, False, relu, 1), (5, 96, 40, True, swish, 2),
        (5, 240, 40, True, swish, 1), (5, 240, 40, True, swish, 1), (5, 120, 48, True, swish, 1),
        (5, 144, 48, True, swish, 1), (5, 288, 96, True, swish, 2), (5, 576, 96, True, swish, 1), (5, 576, 96, True, swish, 1),
    ]  # fmt: skip
    layers, channels = [nn.Conv2d(3, 16, 3, 2, 1), swish()], 16
    for kernel, expanded, out, squeeze, act, stride in table:
        layers.append(Block(channels, kernel, expanded, out, squeeze, act, stride))
        channels = out
    layers += [nn.Conv2d(channels, 576, 1), swish(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(576, 1024), swish(), nn.Linear(1024, 1000)), (3, 224, 224), 16


def gradients(model, images):
    images = images.detach().requires_grad_(True)
    (found,) = torch.autograd.grad(model(images)[:, 0].sum(), images)
    return found


def integrated(model, image, batch, steps=50):
    points = (torch.arange(steps) + 0.5) / steps
    total = sum(gradients(model, part.view(-1, 1, 1, 1) * image).sum(0) for part in points.split(batch))
    return image * total / steps


def smooth(model, image, batch, samples=100):
    sizes = [min(batch, samples - done) for done in range(0, samples, batch)]
    return sum(gradients(model, image + 0.1 * torch.randn(n, *image.shape[1:])).sum(0) for n in sizes) / samples


@torch.no_grad()
def occluded(model, image, batch, across=14):
    side = image.shape[-1] // across
    drops, score = torch.zeros_like(image), model(image)[0, 0]
    places = [(y * side, x * side) for y in range(across) for x in range(across)]
    for done in range(0, len(places), batch):
        part = places[done : done + batch]
        covered = image.repeat(len(part), 1, 1, 1)
        for row, (y, x) in enumerate(part):
            covered[row, :, y : y + side, x : x + side] = 0
        for (y, x), found in zip(part, model(covered)[:, 0]):
            drops[0, :, y : y + side, x : x + side] = score - found
    return drops


methods = {
    "saliency": lambda model, image, batch: gradients(model, image),
    "saliency, a full batch": lambda model, image, batch: gradients(model, image.repeat(min(16, batch), 1, 1, 1)),
    "integrated-gradients 50": integrated,
    "smoothgrad 100": smooth,
    "occlusion 196": occluded,
}


def median_seconds(run, rounds=5):
    run()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return sorted(times)[rounds // 2]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="")
    parser.add_argument("--only", default="")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    for name, make in {"lenet": lenet, "mobilenetv3-small": mobilenet}.items():
        if options.model not in ("", name):
            continue
        model, shape, batch = make()
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        image = torch.rand(1, *shape)
        for method, explain in methods.items():
            if options.only in method:
                seconds = median_seconds(lambda: explain(model, image, batch))
                print(json.dumps({"model": name, "method": method, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
