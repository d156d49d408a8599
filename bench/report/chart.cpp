// See chart.h.
#include "bench/report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <pugixml.hpp>
#include <sstream>

#include "base/sys/process.h"

namespace report {

namespace {

// Colours that stand for the page's variables in the drawing.
struct Stand {
  const char* in_script;
  const char* in_svg;  // as gnuplot writes it, but for blanks
  const char* variable;
};
constexpr std::array<Stand, 3> kStands = {{{"#010101", "rgb(1,1,1)", "var(--ink)"},
                                           {"#020202", "rgb(2,2,2)", "var(--accent)"},
                                           {"#030303", "rgb(3,3,3)", "var(--rule)"}}};

std::string quoted(const std::string& text) {
  std::string safe = "\"";
  for (const char character : text) {
    if (character == '"' || character == '\\') safe += '\\';
    safe += character;
  }
  return safe + "\"";
}

// Whole decades on a logarithmic axis, some air on a linear one.
std::pair<double, double> range_of(const Chart& chart) {
  double low = chart.reference.value_or(1e300);
  double high = chart.reference.value_or(-1e300);
  for (const ChartRow& row : chart.rows) {
    const auto [smallest, largest] = std::minmax_element(row.samples.begin(), row.samples.end());
    low = std::min(low, *smallest);
    high = std::max(high, *largest);
  }
  if (chart.logarithmic) return {low / 1.5, high * 1.5};
  const double air = std::max((high - low) * 0.08, high * 0.01);
  return {low - air, high + air};
}

std::string data_block(const Chart& chart) {
  std::string samples = "$samples << END\n";
  std::string medians = "$medians << END\n";
  std::string emulated = "$emulated << END\n";
  for (std::size_t index = 0; index < chart.rows.size(); ++index) {
    const ChartRow& row = chart.rows[index];
    const double height = static_cast<double>(chart.rows.size() - index);
    for (const double sample : row.samples)
      samples += fmt::format("{:.6g} {}\n", sample, height);
    const auto interval = row.interval.value_or(statistics::Interval{row.median, row.median});
    (row.emulated ? emulated : medians) +=
        fmt::format("{:.6g} {} {:.6g} {:.6g}\n", row.median, height, interval.low, interval.high);
  }
  return samples + "END\n" + medians + "END\n" + emulated + "END\n";
}

std::string tics(const Chart& chart) {
  std::vector<std::string> labels;
  for (std::size_t index = 0; index < chart.rows.size(); ++index)
    labels.push_back(fmt::format("{} {}", quoted(chart.rows[index].label), chart.rows.size() - index));
  return fmt::format("({})", fmt::join(labels, ", "));
}

std::string run_gnuplot(const std::string& script) {
  sys::Pipe input = sys::pipe();
  sys::Pipe output = sys::pipe();
  sys::SpawnOptions options;
  options.input = input.read.get();
  options.output = output.write.get();
  options.error = -1;  // it warns about platforms that are not there
  sys::Child gnuplot = sys::spawn({"gnuplot"}, options);
  input.read.reset();
  output.write.reset();
  // WHY: gnuplot answers only after "exit", and a script is smaller than a pipe holds, or is read as it is written.
  sys::write_all(input.write.get(), script);
  input.write.reset();
  std::string svg = sys::read_to_end(output.read.get());
  return gnuplot.wait().shell_code() == 0 ? svg : std::string();
}

// Puts the page's variables where the drawing has the colours that stand for them.
void use_variables(pugi::xml_node node) {
  for (const char* name : {"stroke", "fill", "color"}) {
    pugi::xml_attribute attribute = node.attribute(name);
    std::string colour = attribute.value();
    std::erase(colour, ' ');
    for (const Stand& stand : kStands) {
      if (colour == stand.in_svg) attribute.set_value(stand.variable);
    }
  }
  // gnuplot's titles are its own commands, and would show as tooltips.
  while (node.remove_child("title") || node.remove_child("desc")) {
  }
  for (pugi::xml_node child : node.children())
    use_variables(child);
}

// Every drawing brings the same ids; in one page each needs its own.
void make_ids_unique(pugi::xml_node node, const std::string& prefix) {
  if (pugi::xml_attribute id = node.attribute("id")) id.set_value((prefix + id.value()).c_str());
  if (pugi::xml_attribute link = node.attribute("xlink:href")) {
    link.set_value(("#" + prefix + (link.value() + 1)).c_str());
  }
  for (pugi::xml_node child : node.children())
    make_ids_unique(child, prefix);
}

}  // namespace

std::string gnuplot_script(const Chart& chart, Layout layout) {
  const auto [low, high] = range_of(chart);
  const auto rows = static_cast<double>(chart.rows.size());
  const int height = static_cast<int>(rows * layout.font * 2.1) + layout.font * 5;
  std::string script = fmt::format(
      "set terminal svg size {},{} dynamic font 'sans-serif,{}'\n"
      "set encoding utf8\nset key off\nset border 1 lc rgb '#010101'\n"
      "set xlabel {} tc rgb '#010101'\nset xtics nomirror tc rgb '#010101'\nset ytics {} scale 0 tc rgb "
      "'#010101'\n"
      "set grid x lc rgb '#030303' lw 1\nset xrange [{:.6g}:{:.6g}]\nset yrange [0.4:{:.1f}]\nset tmargin "
      "0.6\nset rmargin 2.5\n",
      layout.width, height, layout.font, quoted(chart.axis), tics(chart), low, high, rows + 0.6);
  if (chart.logarithmic) {
    script += "set logscale x 10\nset format x '%g'\n";
    // WHY: less than a decade leaves one label or none on a logarithmic axis.
    if (high / low < 30) script += "set xtics add (0.2, 0.5, 2, 5, 20, 50, 200, 500, 2000, 5000)\n";
  }
  if (chart.reference) {
    script +=
        fmt::format("set arrow from {0:.6g},0.4 to {0:.6g},{1:.1f} nohead lc rgb '#010101' dt 2 lw 1.5\n",
                    *chart.reference, rows + 0.6);
  }
  script += data_block(chart);
  script +=
      "plot $samples using 1:2 with points pt 7 ps 0.45 lc rgb '#bb020202', "
      "$medians using 1:2:3:4 with xerrorbars pt 7 ps 1 lw 2.5 lc rgb '#020202', "
      "$emulated using 1:2:3:4 with xerrorbars pt 6 ps 1 lw 2.5 lc rgb '#020202'\nexit\n";
  return script;
}

std::string draw(const Chart& chart, Layout layout, const std::string& id, const std::string& description) {
  if (chart.rows.empty()) return {};
  std::string svg;
  try {
    svg = run_gnuplot(gnuplot_script(chart, layout));
  } catch (const sys::Error&) {
    return {};  // not installed: the page says so
  }
  pugi::xml_document document;
  if (!document.load_string(svg.c_str())) return {};
  pugi::xml_node root = document.child("svg");
  use_variables(root);
  make_ids_unique(root, id + "-");
  root.append_attribute("role") = "img";
  root.append_attribute("aria-label") = description.c_str();
  std::ostringstream text;
  root.print(text, "", pugi::format_raw);
  return text.str();
}

}  // namespace report
