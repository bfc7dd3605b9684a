"""The stage's renderer beside OpenGL in software (moderngl on Mesa's llvmpipe): the same scene, shadows, 2x2 samples.

Needs ``pip install moderngl`` and the system's EGL and Mesa drivers; without them only ours is timed. Processor time
counts: llvmpipe draws with several threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from videolect.stage.camera.render import Renderer, View
from videolect.stage.camera.track import Track
from videolect.stage.format import Format
from videolect.stage.plan.takes import take_of
from videolect.stage.plan.wishes import Where
from videolect.stage.world.places import place
from videolect.stage.world.scene import Scene

SIZE = (320, 180)

_VERTEX = """
#version 330
uniform mat4 view; uniform mat4 light;
in vec3 at; in vec3 normal; in vec2 mark; in float layer; in vec3 tint;
out vec3 n; out vec2 uv; out float kind; out vec3 colour; out vec4 lit;
void main() { gl_Position = view * vec4(at, 1); n = normal; uv = mark; kind = layer; colour = tint;
  lit = light * vec4(at, 1); }
"""
_FRAGMENT = """
#version 330
uniform sampler2DArray paints; uniform sampler2DShadow shadow; uniform vec3 towards;
in vec3 n; in vec2 uv; in float kind; in vec3 colour; in vec4 lit; out vec4 shown;
void main() {
  vec3 p = lit.xyz / lit.w * 0.5 + 0.5; float s = texture(shadow, vec3(p.xy, p.z - 0.002));
  float d = max(0, dot(normalize(n), towards)); vec3 l = vec3(1.9, 1.8, 1.6) * d * s + vec3(0.4, 0.42, 0.5);
  shown = vec4(texture(paints, vec3(uv, kind)).rgb * colour * l, 1); }
"""


def run(*, quick: bool = False) -> None:
    """Print milliseconds of processor time a frame for some scenes."""
    count = 6 if quick else 40
    print("| scene | triangles | ours, ms | moderngl on llvmpipe, ms |\n|" + "---|" * 4)
    for name, wish in (
        ("street, nobody", None),
        ("group of people", {"play": "group"}),
        ("one person", {"play": "walk"}),
    ):
        if wish is None:
            scene = Scene(place=place("street", 1), actors=(), frames=count)
            track = _still(count)
        else:
            take = next(take for take in (_attempt(wish, seed, count) for seed in range(40)) if take is not None)
            scene, track = take
        renderer = Renderer(scene, SIZE)
        renderer.picture(track, 0, 0)  # compiled and painted before the clock runs
        ours = _milliseconds(lambda at, r=renderer, t=track: r.linear(t, at, at), count)  # type: ignore[misc]
        theirs = _theirs(renderer, track, count)
        told = "-" if theirs is None else f"{theirs:.1f}"
        print(f"| {name} | {len(renderer.packed.triangles):,} | {ours:.1f} | {told} |")


def _attempt(wish: dict[str, str], seed: int, count: int) -> tuple[Scene, Track] | None:
    from videolect.errors import BadInput

    try:
        take = take_of(wish, seed, Format(size=SIZE, fps=10, frames=count), Where())
    except BadInput:
        return None
    return take.scene, take.track


def _still(count: int) -> Track:
    zero = np.zeros(count)
    return Track(
        place=np.tile([0.0, -1.5, 1.6], (count, 1)), yaw=zero, pitch=zero, roll=zero, focal=zero + 0.9, focus=zero + 6,
        aperture=zero, exposure=zero,
    )  # fmt: skip


def _milliseconds(draw: Callable[[int], object], count: int) -> float:
    begun = time.process_time()
    for at in range(count):
        draw(at)
    return (time.process_time() - begun) / count * 1000


def _theirs(renderer: Renderer, track: Track, count: int) -> float | None:
    try:
        import moderngl

        gl = moderngl.create_standalone_context(backend="egl")
    except Exception as error:  # of any kind: no library, no driver, no display
        print(f"moderngl cannot be used here: {error}")
        return None
    packed = renderer.packed
    program = gl.program(vertex_shader=_VERTEX, fragment_shader=_FRAGMENT)
    plain = gl.program(
        vertex_shader="#version 330\nuniform mat4 m; in vec3 at; void main() { gl_Position = m * vec4(at, 1); }",
        fragment_shader="#version 330\nvoid main() {}",
    )
    side = packed.textures.shape[2]
    layers = np.clip(packed.textures[:, :side], 0, 1)
    paints = gl.texture_array(
        (side, side, len(layers)), 3, (layers * 255).astype(np.uint8).tobytes()
    )  # fmt: skip
    paints.build_mipmaps()
    flat = packed.triangles.ravel()
    looks = packed.material.repeat(3)
    width, height = SIZE[0] * 2, SIZE[1] * 2
    target = gl.framebuffer([gl.texture((width, height), 3, dtype="f2")], gl.depth_texture((width, height)))
    depth = gl.depth_texture((512, 512))
    depth.compare_func = "<="
    shadow = gl.framebuffer(depth_attachment=depth)
    gl.enable(moderngl.DEPTH_TEST)
    fixed = np.concatenate(
        [packed.marks[flat], packed.looks[looks, :1], packed.tints[looks]], axis=1
    ).astype("f4")  # fmt: skip
    beside = gl.buffer(fixed.tobytes())
    moving = gl.buffer(reserve=len(flat) * 24)
    array = gl.vertex_array(program, [(moving, "3f 3f", "at", "normal"), (beside, "2f 1f 3f", "mark", "layer", "tint")])
    outline = gl.vertex_array(plain, [(moving, "3f 12x", "at")])

    def draw(at: int) -> object:
        world, normals = renderer._placed(at)
        moving.write(np.concatenate([world[flat], normals[flat]], axis=1).astype("f4").tobytes())
        light = _light(renderer, track, at)
        shadow.use()
        shadow.clear()
        plain["m"].write(light.T.astype("f4").tobytes())
        outline.render()
        target.use()
        target.clear(0.5, 0.6, 0.8)
        program["view"].write(_view(track, at).T.astype("f4").tobytes())
        program["light"].write(light.T.astype("f4").tobytes())
        program["towards"].value = tuple(float(value) for value in renderer.light.towards)
        program["paints"].value, program["shadow"].value = 0, 1
        paints.use(0)
        depth.use(1)
        array.render()
        return target.read(components=3, dtype="f2")

    draw(0)
    return _milliseconds(draw, count)


def _view(track: Track, at: int) -> np.ndarray:
    view = View.of(track, at, SIZE)
    near, far = 0.05, 300.0
    focal, (cx, cy) = view.focal, view.centre
    clip = np.array(
        [
            [focal / cx, 0, 0, 0], [0, -focal / cy, 0, 0],
            [0, 0, (far + near) / (far - near), -2 * far * near / (far - near)], [0, 0, 1, 0],
        ]
    )  # fmt: skip
    return clip @ np.vstack([view.world_to_camera, [0, 0, 0, 1]])


def _light(renderer: Renderer, track: Track, at: int) -> np.ndarray:
    from videolect.stage.camera.raster import shadow_of

    made = shadow_of(
        np.zeros((0, 3)), np.zeros((0, 3), np.int32), np.zeros(0, bool), renderer.light.towards,
        renderer._looked_at(track, at), 16.0, cells=2,
    ).to_light  # fmt: skip
    return np.vstack([made[:2] - [[0, 0, 0, 1], [0, 0, 0, 1]], made[2:] / 60, [0, 0, 0, 1]])
