"""Rules of the labs of chapter 13: numbers that confirm, that refute, and that are neither."""

FAR = {"fid_untrained": 90, "fid_blurred": 25, "fid_floor": 0.2, "classes": 10}
USUAL = {"covered_usual": 10, "d_loss_usual": 0.8, "g_loss_usual": 1.8}
STEEP = {"covered_no_norm": 9, "d_loss_no_norm": 1.3, "g_loss_no_norm": 1.2}

RULES = {
    "dcgan_minute": (
        {"fid": 4, "classes_covered": 10, **FAR},
        {"fid": 91, "classes_covered": 1, **FAR},
        {"fid": 8, "classes_covered": 9, **FAR},
    ),
    "mode_collapse": (
        {**USUAL, **STEEP, "covered_tiny_noise": 3, "d_loss_tiny_noise": 0.7, "g_loss_tiny_noise": 2.3},
        {**USUAL, **STEEP, "covered_tiny_noise": 3, "d_loss_tiny_noise": 0.1, "g_loss_tiny_noise": 5.0},
        {**USUAL, **STEEP, "covered_tiny_noise": 9, "d_loss_tiny_noise": 0.7, "g_loss_tiny_noise": 2.3},
    ),
    "saturating_loss": (
        {"fid_usual": 5, "fid_saturating": 7, "d_fake_usual": 0.2, "d_fake_saturating": 0.05},
        {"fid_usual": 5, "fid_saturating": 5, "d_fake_usual": 0.2, "d_fake_saturating": 0.05},
        {"fid_usual": 5, "fid_saturating": 5.5, "d_fake_usual": 0.2, "d_fake_saturating": 0.05},
    ),
}
