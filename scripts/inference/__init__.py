"""The main job behind `scripts/infer.py`: inputs, simulation, comparison, report."""
