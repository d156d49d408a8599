// See template.h. Text becomes tokens, tokens become nodes, and nodes are shown with a value for the dot.
#include "mini-container/cli/template.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <stdexcept>

#include "mini-container/cli/template_functions.h"

namespace cli {

namespace {

// WHY: nodes nest as the user nests them, and so does the reading of them.
constexpr int kDeepest = 100;

[[noreturn]] void refuse(const std::string& action, const std::string& why) {
  throw std::invalid_argument(fmt::format(
      "template parsing error: {{{{{}}}}}: {}. Next: for example --format '{{{{.ID}}}}' or --format json",
      action, why));
}

// What stands between braces, and what stands between them.
struct Piece {
  bool action = false;
  std::string text;
};

bool blank(char character) {
  return character == ' ' || character == '\t' || character == '\n';
}

std::string trimmed(std::string text, bool front, bool back) {
  while (back && !text.empty() && blank(text.back()))
    text.pop_back();
  std::size_t start = 0;
  while (front && start < text.size() && blank(text[start]))
    ++start;
  return text.substr(start);
}

// The end of an action, past the strings in it.
std::size_t end_of_action(const std::string& text, std::size_t at) {
  char quote = 0;
  for (; at < text.size(); ++at) {
    const char here = text[at];
    if (quote == '"' && here == '\\') {
      ++at;
    } else if (quote != 0) {
      if (here == quote) quote = 0;
    } else if (here == '"' || here == '`') {
      quote = here;
    } else if (text.compare(at, 2, "}}") == 0) {
      return at;
    }
  }
  return std::string::npos;
}

std::vector<Piece> pieces_of(const std::string& text) {
  std::vector<Piece> pieces;
  bool trim_front = false;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t open = text.find("{{", at);
    std::string plain = text.substr(at, open == std::string::npos ? open : open - at);
    const bool trim_back = open != std::string::npos && text.compare(open, 4, "{{- ") == 0;
    pieces.push_back({false, trimmed(std::move(plain), trim_front, trim_back)});
    if (open == std::string::npos) break;
    const std::size_t close = end_of_action(text, open + 2);
    if (close == std::string::npos) refuse(text.substr(open + 2), "unclosed action");
    std::string action = text.substr(open + 2, close - open - 2);
    trim_front = action.ends_with(" -");
    if (trim_front) action.resize(action.size() - 2);
    if (trim_back) action.erase(0, 2);
    pieces.push_back({true, trimmed(std::move(action), true, true)});
    at = close + 2;
  }
  return pieces;
}

struct Node;
using Nodes = std::vector<Node>;

struct Node {
  enum class Kind { text, value, range, condition } kind = Kind::text;
  std::string text;  // itself, or the expression
  Nodes body = {};
  Nodes otherwise = {};
};

class Parser {
 public:
  explicit Parser(const std::string& text) : pieces_(pieces_of(text)) {}

  Nodes parse() {
    Nodes nodes = block(0);
    if (next_ < pieces_.size()) refuse(pieces_[next_].text, "there is nothing that it ends");
    return nodes;
  }

 private:
  // Up to an "end" or "else", which stays, or to the end of all.
  Nodes block(int depth) {
    if (depth > kDeepest) refuse("...", "nested too deep");
    Nodes nodes;
    for (; next_ < pieces_.size(); ++next_) {
      const Piece& piece = pieces_[next_];
      if (piece.action && (piece.text == "end" || piece.text.starts_with("else"))) break;
      nodes.push_back(node(piece, depth));
    }
    return nodes;
  }

  Node node(const Piece& piece, int depth) {
    if (!piece.action) return {Node::Kind::text, piece.text};
    if (piece.text.starts_with("range ")) return nested(Node::Kind::range, piece.text.substr(6), depth);
    if (piece.text.starts_with("if ")) return nested(Node::Kind::condition, piece.text.substr(3), depth);
    return {Node::Kind::value, piece.text};
  }

  Node nested(Node::Kind kind, const std::string& expression, int depth) {
    Node made = {kind, expression};
    ++next_;
    made.body = block(depth + 1);
    if (next_ < pieces_.size() && pieces_[next_].text == "else") {
      ++next_;
      made.otherwise = block(depth + 1);
    }
    if (next_ == pieces_.size()) refuse(expression, "its end is missing");
    if (pieces_[next_].text != "end") refuse(pieces_[next_].text, "only a plain else is understood");
    return made;
  }

  std::vector<Piece> pieces_;
  std::size_t next_ = 0;
};

std::string shown(const Nodes& nodes, const Json& dot) {
  std::string text;
  for (const Node& node : nodes) {
    if (node.kind == Node::Kind::text) {
      text += node.text;
      continue;
    }
    const Json value = evaluate(node.text, dot);
    if (node.kind == Node::Kind::value) {
      text += text_of(value);
    } else if (!truth(value)) {
      text += shown(node.otherwise, dot);
    } else if (node.kind == Node::Kind::condition) {
      text += shown(node.body, dot);
    } else {
      if (!value.is_structured()) refuse("range " + node.text, "it is neither a list nor a map");
      for (const Json& element : value)
        text += shown(node.body, element);
    }
  }
  return text;
}

// The shell passes "\t" as two characters; Docker takes them for a tab.
std::string unescaped(std::string text) {
  const std::pair<const char*, const char*> escapes[] = {{"\\t", "\t"}, {"\\n", "\n"}};
  for (const auto& [from, to] : escapes) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1))
      text.replace(at, 2, to);
  }
  return text;
}

}  // namespace

std::string render(const std::string& text, const Json& value) {
  return shown(Parser(unescaped(text)).parse(), value);
}

}  // namespace cli
