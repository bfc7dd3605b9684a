"""The wordings of answers: field -> answer -> sentences. ``phrases`` says how they are used."""

from __future__ import annotations

TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    # ------------------------------------------------------------------------------------------------------ camera
    "video_speed": {
        "slow_motion": ("The footage plays in slow motion.", "The action is shown in slow motion."),
        "fast_motion": ("The footage plays in fast motion.", "The action is shown in fast motion."),
        "time_lapse": ("The footage plays as a time-lapse.", "The action is shown as a time-lapse."),
        "stop_motion": ("The footage plays as stop motion.", "The action is shown in stop motion."),
        "speed_ramp": ("The footage has a speed ramp.", "The action is shown with a speed ramp."),
        "time_reversed": ("The footage plays in reverse.", "The action is shown in reverse motion."),
    },
    "frame_freezing": {"yes": ("The action ends in a freeze frame.", "The shot holds on a freeze frame.")},
    "motion_blur": {"yes": ("Motion blur is visible.", "The movement leaves visible motion blur.")},
    "cinemagraph": {"yes": ("The shot is a cinemagraph.",)},
    "lens_distortion": {
        "barrel": ("Straight lines bow outward with barrel distortion.", "The lens shows barrel distortion."),
        "fisheye": ("Straight lines curve strongly with fisheye distortion.", "The lens shows fisheye distortion."),
    },
    "dutch_angle": {
        "yes": ("The camera leans at a constant Dutch angle.", "The horizon leans at a constant Dutch angle."),
        "varying": ("The camera leans into a varying Dutch angle.", "The horizon leans at a changing Dutch angle."),
    },
    "focal_length_look": {
        "wide_angle": ("The shot has the look of a wide-angle lens.", "The shot is filmed with a wide-angle lens."),
        "long_lens": ("The shot has the look of a long lens.", "The shot is filmed with a long lens."),
    },
    "lens_traits": {
        "compressed_space": ("Lens compression brings the background close.",),
        "stretched_space": ("An exaggerated perspective drives the background away.",),
        "anamorphic": ("The picture has an anamorphic look.",),
        "tilt_shift": ("A miniature effect leaves only a band sharp.",),
        "split_diopter": ("A split diopter keeps near and far sharp at once.",),
        "macro": ("A macro lens brings up a tiny detail.",),
    },
    "support_look": {
        "tripod": ("The framing has a tripod look.",),
        "hand_held": ("The framing has a handheld look.",),
        "gimbal": ("The framing has a gimbal look.",),
        "rails": ("The support is on rails.",),
        "crane": ("The framing has a crane look.",),
        "drone": ("The framing is as from a drone.",),
        "mounted": ("The camera is vehicle-mounted.",),
    },
    # ----------------------------------------------------------------------------------------------------- spatial
    "people_framed": {
        "two": ("It is framed as a two-shot.", "The framing is a two-shot."),
        "three": ("It is framed as a three-shot.", "The framing is a three-shot."),
        "group": ("It is framed as a group shot.", "The framing is a group shot."),
    },
    "near_person": {
        "dirty": ("Part of somebody edges into the near side.",),
    },
    "headroom": {
        "cropped": ("The top of the head is cropped by the upper edge.",),
        "tight": ("There is tight headroom above the head.",),
        "generous": ("There is generous headroom above the head.",),
    },
    "lead_room": {
        "ahead": ("There is lead room ahead of {she}.",),
        "behind": ("The framing is short-sided.",),
    },
    "subject_placement": {
        "on_a_third": ("The composition follows the rule of thirds.",),
    },
    "staging_depth": {
        "flat": ("The staging is flat, a planimetric composition.",),
        "deep": ("The scene is staged in depth.",),
    },
    "composition_traits": {
        "symmetry": ("The framing is a symmetrical composition.",),
        "leading_lines": ("Leading lines run towards {she}.",),
        "diagonals": ("The framing is a diagonal composition.",),
        "frame_within_frame": ("The setting makes a frame within the frame.",),
        "foreground_element": ("A foreground element gives the view depth.",),
        "negative_space": ("Negative space surrounds {she}.",),
        "insert": ("It is an insert shot.",),
    },
    "partly_hidden": {"yes": ("{she} is partly hidden by what is nearer.",)},
    # ------------------------------------------------------------------------------------------------------- scene
    "camera_pov": {
        "first_person_pov": ("Everything is seen from a first-person point of view.", "It is a first-person view."),
        "third_person_over_shoulder_pov": (
            "Everything is seen from an over-the-shoulder perspective.",
            "The view is from an over-the-shoulder perspective.",
        ),
        "third_person_over_hip_pov": (
            "Everything is seen from an over-the-hip perspective.",
            "It is an over-the-hip view.",
        ),
        "selfie_pov": ("Everything is seen in a selfie view.", "It is a selfie shot."),
        "locked_on_pov": ("Everything is seen from a locked-on point of view.", "It is a locked-on view."),
        "dashcam_pov": ("Everything is seen from a dashcam perspective.", "It is a dashcam view."),
        "drone_pov": ("Everything is seen from a drone's view.", "It is a drone's view."),
        "overhead_pov": ("Everything is seen from an overhead point of view.", "It is an overhead POV."),
        "broadcast_pov": ("Everything is seen in a broadcast view.", "It is a broadcast view."),
        "screen_recording_pov": ("The view is a screen recording.", "It is a screen recording."),
        "third_person_full_body_game_pov": (
            "Everything is seen in a third-person full-body game perspective.",
            "It is a third-person view of a game.",
        ),
        "third_person_isometric_game_pov": (
            "Everything is seen in an isometric game view.",
            "It is an isometric view.",
        ),
        "third_person_side_view_game_pov": (
            "Everything is seen in a side-view game perspective.",
            "It is a side-scrolling view.",
        ),
        "third_person_top_down_game_pov": (
            "Everything is seen in a top-down game view.",
            "It is a top-down game view.",
        ),
    },
    "time_of_day_start": {
        "day": ("It is a daytime view.", "The view is in daylight."),
        "twilight": ("It is a twilight view.", "The view is at twilight."),
        "night": ("It is a night scene.", "The view is at night."),
    },
    "scene_weather": {
        "clear_sky": ("The sky above is a clear blue sky.", "Above is a cloudless sky."),
        "overcast": ("The sky above is overcast.", "Above is an overcast sky."),
        "rain": ("Rain falls.", "Rain is falling."),
        "snowfall": ("Snow is falling.", "Snow falls."),
        "fog": ("Fog hangs over the place.", "Mist hangs in the air."),
    },
    "picture_medium": {
        "drawn_2d": ("It is a 2D animation.", "The picture is 2D animation."),
        "computer_3d": ("It is a 3D animation.", "The picture is 3D animation."),
        "game": ("It is video game footage.", "The picture is video game footage."),
    },
    "style_marks": {
        "archival": ("It has the look of archival footage.",),
        "documentary": ("It has a documentary look.",),
    },
    "place_period": {"past": ("It is a period setting from an earlier time.",)},
    "scene_movement": {
        "static": ("Nothing in the scene moves.", "The entire scene is static."),
        "mostly_static": ("Hardly anything moves in the scene.", "The scene is mostly still."),
        "dynamic": ("This is a dynamic scene.", "It is a dynamic scene."),
    },
    # ------------------------------------------------------------------------------------------------------ colour
    "color_temperature": {
        "warm": (
            "The picture has a warm color temperature.",
            "Warm tones rule the picture.",
            "The grading is warm-toned.",
        ),
        "cool": (
            "The picture has a cool color temperature.",
            "Cool tones rule the picture.",
            "The grading is cool-toned.",
        ),
        "black_white": (
            "The picture is in black and white.",
            "It is a monochrome picture.",
            "All of it is in grayscale.",
        ),
        "complex_contrasting": (
            "Large parts stand warm against cool.",
            "Warm against cool divides the picture.",
            "The light sets warm against cool.",
        ),
    },
    "colorfulness": {
        "high": (
            "The picture has vivid colors.",
            "Its strong, saturated colors stand out.",
            "The colors are strong: saturated colors throughout.",
        ),
        "low": (
            "The picture has muted colors.",
            "Its muted tones hardly stand out.",
            "The colors are weak: a muted palette throughout.",
        ),
        "black_white": (
            "The picture is in black and white.",
            "It is a monochrome picture.",
            "All of it is in grayscale.",
        ),
    },
    "brightness": {
        "very_bright": ("The picture is very bright.",),
        "bright": ("The picture is bright.",),
        "dark": ("The picture is dark.",),
        "very_dark": ("The picture is very dark.",),
        "complex_changing": ("The overall brightness changes.",),
    },
    "exposure": {
        "over": ("The picture is overexposed.", "What matters is overexposed."),
        "under": ("The picture is underexposed.", "What matters is underexposed."),
        "changing": ("The exposure shifts during the shot.", "There is a change in exposure."),
    },
    "clipped_tones": {
        "blown_highlights": ("The highlights are blown out.", "There are blown-out highlights."),
        "crushed_shadows": ("The dark parts are crushed blacks.", "There are crushed shadows."),
    },
    # ---------------------------------------------------------------------------------------------------- lighting
    "scene_type": {
        "interior": ("The scene is an interior.", "This is an interior."),
        "exterior": ("The scene is an exterior.", "This is an exterior."),
    },
    "light_sources": {
        "sunlight": ("Sunlight lies over the scene.", "Part of the light is sunlight."),
        "moonlight_starlight": ("Moonlight reaches the place.", "Part of the light is moonlight."),
        "firelight": ("Firelight reaches the place.", "Part of the light is firelight."),
        "artificial_practical_light": (
            "Artificial light reaches the place from a source in view.",
            "Part of the light is artificial light from a lamp in view.",
        ),
        "non_visible_light_source": (
            "Light reaches the place from an unseen source.",
            "Part of the light is from an unseen source.",
        ),
    },
    "sunlight_quality": {
        "hard": ("It is strong sunlight.", "It is direct sunlight."),
        "soft": ("It is soft sunlight.", "The sun is veiled, a soft sunlight."),
        "sunset_sunrise": ("It is the light of a low sun.", "It comes from a low sun."),
        "normal": ("It is ordinary daylight.", "It is ordinary daylight."),
    },
    "light_quality": {
        "hard": ("It is hard light.", "It throws sharp shadows."),
        "soft": ("It is soft light.", "It throws soft shadows."),
    },
    "light_direction_sides": {
        "front": ("{she} is lit from the front.",),
        "back": ("{she} is lit from behind.",),
        "left": ("{she} is lit from the left.",),
        "right": ("{she} is lit from the right.",),
        "side": ("{she} is lit from one side.",),
        "top": ("{she} is lit from above.",),
        "bottom": ("{she} is lit from below.",),
        "ambient": ("{she} is in ambient light.",),
    },
    "subject_light_contrast": {
        "high": ("{she} has deep shadow on one side.",),
        "minimal": ("There is hardly any shadow on {she}.",),
    },
    "portrait_pattern": {
        "rembrandt": ("The face is in Rembrandt light.",),
        "butterfly": ("The face is in butterfly light.",),
        "split": ("The face is in split light.",),
    },
    # ----------------------------------------------------------------------------------------------------- effects
    "lens_effects": {
        "lens_flare_regular": ("Flare spots, a lens flare, cross the view.",),
        "lens_flare_anamorphic": ("An anamorphic flare crosses the view.",),
        "mist_diffusion": ("The lights have a diffused glow.",),
        "bokeh": ("Lights in the distance turn to bokeh.",),
    },
    "reflections": {
        "water": ("The surroundings are reflected in the water.",),
        "glossy_surface": ("The surroundings are reflected in the glass.",),
        "mirror": ("The surroundings are seen in a mirror.",),
    },
    "natural_effects": {
        "aerial_perspective": ("Atmospheric perspective softens the distance.",),
        "rainbow": ("A rainbow spans the sky.",),
        "aurora": ("An aurora glows in the sky.",),
        "heat_haze": ("Heat haze wavers over the ground.",),
        "lightning": ("Lightning crosses the sky.",),
    },
    "special_effects": {
        "professional_lighting": ("The set has studio lighting.",),
        "colored_neon_lighting": ("Neon light tints the scene.",),
        "headlight_flashlight": ("Headlights cut through the dark.",),
        "vignette": ("A vignette darkens the corners.",),
        "water_caustics": ("Water caustics ripple over the scene.",),
        "city_light": ("City lights glow far off.",),
        "street_light": ("Street lamps stand along the way.",),
        "silhouette": ("{she} is a silhouette.",),
        "rim_light": ("A rim light edges {she}.",),
    },
    "volumetric_lighting": {
        "beam_light": ("A light beam shows in the air.",),
        "spot_light": ("A cone of light shows in the air.",),
        "god_rays": ("God rays show in the air.",),
    },
    "shadow_patterns": {
        "venetian_blinds": ("Striped shadows fall across the scene.",),
        "window_frames": ("The shadow of a window frame falls across the scene.",),
        "foliage": ("Dappled light falls across the scene.",),
        "gobo_others": ("The shadow of a grid falls across the scene.",),
        "subject_shape": ("The shadow of a figure falls across the scene.",),
    },
    "dynamic_light": {
        "pulsing_flickering": ("The light flickers.",),
        "flashing": ("A flashing light goes on and off.",),
        "moving_light": ("A light sweeps across the scene.",),
    },
    "dynamic_effects": {
        "explosion": ("An explosion goes off.",),
        "diffusion": ("Smoke spreads through the scene.",),
        "splashing_waves": ("Water splashes up.",),
    },
}
