"""Watches `cnr_inference` and `cnr_read_seq`."""

from __future__ import annotations

from typing import Any

from chips.geometry import image_beats
from tb.coverage.monitor import Monitor
from tb.coverage.plan_compute import BIAS, MODES, PHASES
from tb.coverage.sampler import sample
from tb.drivers.layouts import Layouts
from tb.drivers.packed import unpack
from tb.drivers.reads import layer_of


class ImageMonitor(Monitor):
    """Images from the load pulse to the label."""

    def start(self) -> None:
        """Begin to watch."""
        self._layout = Layouts(self.chip).compute
        self._mode: tuple[str, str] = MODES[0], BIAS[0]
        self._integrating = 0
        layers = self.block.u_layer_seq
        self.rises(layers.take_o, self._taken)
        self.rises(layers.in_load_o, self._loaded)
        self.rises(layers.lost, self._lost)
        self.rises(self.block.label_valid_o, self._labelled)
        self.changes(layers.int_en_o, self._integrates)

    @property
    def _config(self) -> dict[str, Any]:
        return dict(unpack(int(self.block.cfg_i.value), self._layout))

    def _taken(self) -> None:
        config = self._config
        if self.block.u_layer_seq.start.value:
            self._sample_times(config)
        else:
            mode = MODES[config["pipelined"]], BIAS[config["power_gate"]]
            sample("inference.image", f"refused: {self._reason(config)}", *mode)

    def _reason(self, config: dict[str, Any]) -> str:
        if not self.block.allow_i.value:
            return "no permission"
        if not config["infer_en"]:
            return "not enabled"
        return "integration too long" if all(config["t_ctrl"]) else "no integration time"

    def _sample_times(self, config: dict[str, Any]) -> None:
        longest = self.chip.phases.t_ctrl_max_cycles
        for layer, (cycles, code) in enumerate(
            zip(config["t_ctrl"], config["cf_sel"], strict=True), 1
        ):
            ends = {1: "1", longest: "longest"}
            sample("inference.time", str(layer), ends.get(cycles, "between"))
            sample("inference.capacitor", str(layer), str(code))

    def _loaded(self) -> None:
        layers = self.block.u_layer_seq
        self._mode = MODES[int(layers.pipelined_q.value)], BIAS[int(layers.gate_q.value)]
        images = int(layers.stage_q.value).bit_count()
        sample("inference.image", "loaded", *self._mode)
        sample("inference.occupancy", self._mode[0], str(images))

    def _lost(self) -> None:
        layers = self.block.u_layer_seq
        cause = "enable" if self.block.allow_i.value else "permission"
        stages = int(layers.stage_q.value)
        for place in range(stages.bit_length()):
            if stages >> place & 1:
                where = str(place) if place else "load clock"
                sample("inference.dropped", cause, where)
        if stages > 1:
            sample("inference.dropped_phase", PHASES[int(layers.state_q.value)])
        sample("inference.image", "dropped", *self._mode)

    def _labelled(self) -> None:
        order = "ambiguous" if self.block.label_ambiguous_o.value else "clear"
        sample("inference.label", str(int(self.block.label_o.value)), order)
        sample("inference.image", "label", *self._mode)

    def _integrates(self) -> None:
        before, self._integrating = self._integrating, int(self.block.u_layer_seq.int_en_o.value)
        for layer in range(len(self.chip.layers)):
            if (self._integrating & ~before) >> layer & 1:
                sample("inference.layer", str(layer + 1), *self._mode)


class FrameMonitor(Monitor):
    """The pixel stream."""

    FILL, FULL, SKIP = range(3)  # state_e of cnr_image_load

    def start(self) -> None:
        """Begin to watch."""
        self._state = self.FILL
        block = self.block
        self.changes(block.state_q, self._changed)
        self.rises(block.frame_err_d, self._broken)
        self.rises(block.pix_valid_i, self._offered)
        self.falls(block.pix_valid_i, self._withdrawn)
        self.falls(block.pix_ready_o, self._offered)

    def _changed(self) -> None:
        before, self._state = self._state, int(self.block.state_q.value)
        if self._state == self.FULL:
            sample("inference.frame", "frame complete")
        elif before == self.SKIP and self._state == self.FILL:
            sample("inference.frame", "rest skipped")

    @property
    def _first(self) -> bool:
        return int(self.block.left_q.value) == image_beats(self.chip) - 1

    def _broken(self) -> None:
        if self.block.at_end.value:
            sample("inference.frame", "no end")
        elif self.block.accept.value:
            beat = "first" if self._first else "later"
            sample("inference.frame", f"end in {'the' if self._first else 'a'} {beat} beat")

    def _offered(self) -> None:
        if self.block.pix_valid_i.value and not self.block.pix_ready_o.value:
            sample("inference.frame", "sink waits")

    def _withdrawn(self) -> None:
        if self._state == self.FILL and not self._first:
            sample("inference.frame", "source waits")


class ReadMonitor(Monitor):
    """Sweeps over the banks, and the validity of the weights."""

    WAIT = 1  # state_e of cnr_read_seq

    def start(self) -> None:
        """Begin to watch."""
        self._origin = "host"
        self._waited = False
        block = self.block
        self.rises(block.begin_sweep, self._begins)
        self.rises(block.abandon, self._cut)
        self.rises(block.done_o, self._complete)
        self.changes(block.state_q, self._state)
        self.rises(block.rd_rst_o, self._bank)
        self.falls(block.weights_valid_o, self._invalid)

    def _begins(self) -> None:
        self._origin = "host" if self.block.start_i.value else "refresh"

    def _cut(self) -> None:
        end = "loss" if self.block.invalidate_i.value else "programming"
        sample("reads.sweep", self._origin, f"cut by {end}")

    def _complete(self) -> None:
        late = bool(self.block.expired_o.value)
        sample("reads.sweep", self._origin, "too late" if late else "complete")
        if late:
            sample("reads.invalid", "sweep too late")

    def _state(self) -> None:
        self._waited = self._waited or int(self.block.state_q.value) == self.WAIT

    def _bank(self) -> None:
        layer = layer_of(self.chip, int(self.block.rd_bank_o.value)) + 1
        sample("reads.bank", str(layer), self._origin, "waited" if self._waited else "at once")
        self._waited = False

    def _invalid(self) -> None:
        if self.block.expired_o.value:
            sample("reads.invalid", "hold expired")
        elif self.block.invalidate_i.value:
            sample("reads.invalid", "high voltage or supply")
        elif self.block.rst_ni.value:
            sample("reads.invalid", "slot cut")
