"""Draws the sample shop's packshots: geometry, light and cameras in numpy, JPEG by Pillow.

Run `python -m penchant.sample.render OUT_DIR` to draw every photo again.
"""
