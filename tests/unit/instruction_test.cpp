// Instructions that change an image's configuration, as commit -c takes them.
#include <gmock/gmock.h>

#include "mini-container/image/instruction.h"

namespace {

using image::apply_instruction;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

image::Config changed(const std::vector<std::string>& lines) {
  image::Config config;
  for (const std::string& line : lines)
    apply_instruction(config, line);
  return config;
}

TEST(Instruction, CommandsHaveAnExecFormAndAShellForm) {
  EXPECT_THAT(changed({R"(CMD ["httpd", "-f"])"}).cmd, ElementsAre("httpd", "-f"));
  EXPECT_THAT(changed({"cmd echo hi"}).cmd, ElementsAre("/bin/sh", "-c", "echo hi"));
  EXPECT_THAT(changed({R"(ENTRYPOINT ["/init"])"}).entrypoint, ElementsAre("/init"));
  EXPECT_THAT(changed({"CMD [not json]"}).cmd, ElementsAre("/bin/sh", "-c", "[not json]"));
  EXPECT_THAT(changed({"CMD []"}).cmd, ElementsAre());
}

TEST(Instruction, EnvironmentAndLabelsArePairs) {
  EXPECT_THAT(changed({R"(ENV A=1 B="two words" C=a\ b D='$x')"}).env,
              ElementsAre("A=1", "B=two words", "C=a b", "D=$x"));
  EXPECT_THAT(changed({"ENV A=1", "ENV A=2"}).env, ElementsAre("A=2"));
  EXPECT_THAT(changed({"ENV OLD the old form"}).env, ElementsAre("OLD=the old form"));
  EXPECT_THAT(changed({"LABEL a=1 \"b.c\"=2"}).labels,
              UnorderedElementsAre(Pair("a", "1"), Pair("b.c", "2")));
}

TEST(Instruction, TheRestAreWords) {
  const auto config = changed({"EXPOSE 80 53/udp", "EXPOSE 80/tcp", "VOLUME /a /b", "VOLUME [\"/c d\"]",
                               "USER web:web", "WORKDIR /app", "WORKDIR sub", "STOPSIGNAL SIGQUIT"});
  EXPECT_THAT(config.exposed_ports, ElementsAre("80/tcp", "53/udp"));
  EXPECT_THAT(config.volumes, ElementsAre("/a", "/b", "/c d"));
  EXPECT_EQ(config.user, "web:web");
  EXPECT_EQ(config.working_dir, "/app/sub");
  EXPECT_EQ(config.stop_signal, "SIGQUIT");
}

TEST(Instruction, HealthChecksHaveOptionsAndACommand) {
  const auto check =
      changed({"HEALTHCHECK --interval=1m30s --timeout=2s  --retries=4 CMD curl -f localhost"}).healthcheck;
  EXPECT_THAT(check.test, ElementsAre("CMD-SHELL", "curl -f localhost"));
  EXPECT_EQ(check.interval, 90'000'000'000);
  EXPECT_EQ(check.timeout, 2'000'000'000);
  EXPECT_EQ(check.start_period, 0);
  EXPECT_EQ(check.retries, 4);
  EXPECT_THAT(changed({R"(HEALTHCHECK --start-period=5s CMD ["true", "x"])"}).healthcheck.test,
              ElementsAre("CMD", "true", "x"));
  EXPECT_THAT(changed({"HEALTHCHECK CMD true", "healthcheck NONE"}).healthcheck.test, ElementsAre("NONE"));
}

TEST(Instruction, RefusesWhatIsNone) {
  for (const char* line : {"",
                           " ",
                           "CMD",
                           "RUN x",
                           "FROM y",
                           "ENV",
                           "ENV A",
                           "ENV =1",
                           "LABEL a",
                           "EXPOSE 0",
                           "EXPOSE x",
                           "HEALTHCHECK x",
                           "HEALTHCHECK CMD",
                           "HEALTHCHECK NONE x",
                           "HEALTHCHECK --interval=x CMD y",
                           "HEALTHCHECK --retries CMD y",
                           "HEALTHCHECK --speed=1 CMD y",
                           "EXPOSE 80/icmp",
                           "EXPOSE 70000",
                           "STOPSIGNAL NOSUCH",
                           "ENV A='open"}) {
    EXPECT_THROW(changed({line}), std::invalid_argument) << line;
  }
}

}  // namespace
