#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <set>

#include "tests/tools/scratch_folder.hpp"
#include "tools/options.hpp"

using namespace phasecast;

namespace {

struct Command {
  CLI::App app{"", "unmix"};
  UnmixOptions options;
  std::string file;
  Command() {
    add_config_file(app, file);
    add_unmix_options(app, options);
  }
  void parse(std::vector<std::string> words) {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    apply_config_file(app, file);
  }
};

std::string write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
  return path.string();
}

std::string why(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a TOML file sets options by their names, lists and flags too, and the command line wins") {
  ScratchFolder folder;
  const auto file = write(folder.path / "run.toml",
                          "method = \"lcf\"\npre-edge = \"8180:8320\"\norder = 1\ntolerance = 0.002\n"
                          "deterministic = true\nreferences = [\"a.txt=reduced\", \"b.txt=oxidized\"]\n");
  Command command;
  command.parse({"--config", file, "--order", "0"});
  CHECK(command.options.method == "lcf");
  CHECK(command.options.pre_edge == "8180:8320");
  CHECK(command.options.order == 0);
  CHECK(command.options.tolerance == 0.002);
  CHECK(command.options.deterministic);
  CHECK(command.options.references == std::vector<std::string>{"a.txt=reduced", "b.txt=oxidized"});
}

TEST_CASE("a mistake in a TOML file is named with file and line") {
  ScratchFolder folder;
  const auto complaint = [&](const std::string& text) {
    const auto file = write(folder.path / "run.toml", text);
    return why([&] { Command().parse({"--config", file}); });
  };
  CHECK_THAT(complaint("method = \"lcf\"\nlamda = 3\n"),
             Catch::Contains("run.toml line 2: lamda is no option"));
  CHECK_THAT(complaint("\n\norder = \"high\"\n"), Catch::Contains("run.toml line 3: order"));
  CHECK_THAT(complaint("method = \"magic\"\n"), Catch::Contains("method"));
  CHECK_THAT(complaint("order = = 1\n"), Catch::Contains("run.toml line 1"));
  CHECK_THAT(complaint("[{ order"), Catch::Contains("run.toml line 1"));
  CHECK_THAT(complaint("order = 1\nmethod = caf\u00e9\n"), Catch::Contains("run.toml line 2"));
  CHECK_THAT(complaint("order = 5tv\"\u00d1\u0081\"\n"), Catch::Contains("run.toml line 1"));
  CHECK_THAT(complaint("\"gr\u00f6\u00dfe\" = 1\n"), Catch::Contains("line 1: gr\u00f6\u00dfe is no option"));
  CHECK_THAT(complaint(std::string((1 << 20) + 1, '\n')), Catch::Contains("run.toml: is 1048577 bytes long"));
}

TEST_CASE("letters of any language may stand in the texts and comments of a TOML file") {
  ScratchFolder folder;
  const auto file = write(folder.path / "run.toml",
                          "\xef\xbb\xbf# Messung für Éva\nreferences = [\"größe.txt=\\\"é\", 'é\\', \n"
                          "\"\"\"\\\n  é`\"\"\", \"`41\"]  # ü\n");
  Command command;
  command.parse({"--config", file});
  CHECK(command.options.references == std::vector<std::string>{"größe.txt=\"é", "é\\", "é`", "`41"});
}

TEST_CASE("what is written beside the results names every option with the value it had") {
  Command command;
  command.parse({"--pre-edge", "700:705", "--deterministic"});
  const auto described = describe(command.app);
  CHECK(described.at("pre-edge") == "700:705");
  CHECK(described.at("method") == "rum-tv");
  CHECK(described.at("lambda") == "auto");
  CHECK(described.at("deterministic") == "true");
  CHECK(described.count("config") == 0);
}

TEST_CASE("two configurations have the same hash only if all values agree") {
  std::map<std::string, std::string> a{{"order", "0"}, {"lambda", "auto"}}, b = a;
  CHECK(hash_of(a) == hash_of(b));
  b["order"] = "1";
  CHECK(hash_of(a) != hash_of(b));
}

TEST_CASE("text that is no window or number is an error naming the option") {
  UnmixOptions options;
  options.pre_edge = "8180-8320";
  CHECK_THAT(to_config(options).error().text(), Catch::Contains("pre-edge") && Catch::Contains("8180-8320"));
  options.pre_edge = "8180:8320";
  options.lambda = "strong";
  CHECK_THAT(to_config(options).error().text(), Catch::Contains("lambda") && Catch::Contains("strong"));
}

TEST_CASE("the validator finds every value that cannot work, each by its option's name") {
  RunConfig config;
  config.unmix.references.resize(2);
  config.unmix.references[0].name = config.unmix.references[1].name = "same";
  config.unmix.normalize.mode = Normalization::edge_step;
  config.unmix.normalize.pre_edge = {8320, 8180};
  config.unmix.normalize.post_edge = {8400, 8500};
  config.unmix.normalize.order = 2;
  config.unmix.iterations = 0;
  config.unmix.tolerance = 0;
  config.threads = 0;
  config.admission.close_wait = std::chrono::milliseconds{0};
  std::set<std::string> found;
  for (const Error& error : validate(config)) found.insert(error.field);
  CHECK(found == std::set<std::string>{"references", "pre-edge", "order", "e0", "iterations", "tolerance",
                                       "threads", "close-wait"});
}

TEST_CASE("the defaults of the pipeline are valid") {
  CHECK(validate(RunConfig{}).empty());
}

TEST_CASE("images are registered when asked to, with a known magnification or a fitted one", "[register]") {
  const auto registration = [](std::vector<std::string> words) {
    Command command;
    command.parse(std::move(words));
    const auto config = to_config(command.options);
    if (!config) throw std::runtime_error(config.error().text());
    return config->registration;
  };
  CHECK(registration({}).mode == Registering::off);
  CHECK(registration({"--register", "shift"}).mode == Registering::shift);
  CHECK(registration({"--register", "shift+magnification"}).mode == Registering::shift_and_magnification);
  const auto law = registration({"--register", "shift", "--magnification", "1/E@8180.5"}).law;
  REQUIRE(law);
  CHECK(law->power == -1);
  CHECK(law->at_ev == 8180.5);
  CHECK(registration({"--register", "shift", "--magnification", "E"}).law->at_ev == 0);
  for (const std::string wrong : {"2", "1/E@", "E@zero", "E@-1", "1/E8000"})
    CHECK(why([&] {
            registration({"--register", "shift", "--magnification", wrong});
          }).find("magnification") != std::string::npos);
  CHECK(why([&] {
          registration({"--register", "shift+magnification", "--magnification", "E"});
        }).find("fitted") != std::string::npos);
  CHECK(why([&] { registration({"--magnification", "E"}); }).find("--register shift") != std::string::npos);
}
