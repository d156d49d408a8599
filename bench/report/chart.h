// One chart: a row for each platform, every sample as a faint dot, the median with its 95 % interval on top.
//
// gnuplot draws it as SVG; the colours in it are replaced by the page's CSS variables, so that one drawing serves
// light and dark. Reads: gnuplot(1).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/statistics/summary.h"

namespace report {

struct ChartRow {
  std::string label;
  std::vector<double> samples;
  double median = 0;
  std::optional<statistics::Interval> interval;
  bool emulated = false;  // drawn hollow: emulation's figure
};

struct Chart {
  std::string axis;                 // "milliseconds from request to exit"
  std::vector<ChartRow> rows;       // from the top
  std::optional<double> reference;  // a line to compare with, at this value
  bool logarithmic = true;
};

// A layout for a width: the drawing scales, its letters must not become too small.
struct Layout {
  int width;
  int font;
};
inline constexpr Layout kWide{900, 16};
inline constexpr Layout kNarrow{400, 13};

// The commands and data for gnuplot.
std::string gnuplot_script(const Chart& chart, Layout layout);
// The drawing as an <svg> element with role and label for screen readers; "" when gnuplot is missing or fails. Its
// ids begin with `id`.
std::string draw(const Chart& chart, Layout layout, const std::string& id, const std::string& description);

}  // namespace report
