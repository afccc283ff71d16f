# Everything that is built goes to build/. Needs a JDK 17 or newer, make and, once, Maven.

# The jars, pinned: group:artifact:version and SHA-256. A server needs, and gets, the run jars only.
RUN_JARS = \
  tools.jackson.jr:jackson-jr-objects:3.2.1 \
    51d4f7d2438dfd32413fa55b28050096b7c114389146fb31883f47f8cd12f8ad \
  tools.jackson.core:jackson-core:3.2.1 \
    2688aaa60b207403287e16a71fb5644bf2f9cfc464cc601ae95c6c86a5af1f94 \
  com.squareup.okhttp3:okhttp-jvm:5.5.1 \
    4039527bd1f2e40b66e20b0e52c689cf56074b938ea02678141495f5160f1047 \
  com.squareup.okhttp3:okhttp-sse:5.5.1 \
    1b7abd9513a97253f4efae36f59f811d47496ba3e57849fbacdadd346a6db08f \
  com.squareup.okio:okio-jvm:3.18.1 \
    b97b640557a650d15411f2be29aef558c4e422a83653cb18ba494311dbed18be \
  org.jetbrains.kotlin:kotlin-stdlib:2.1.21 \
    263bdc679e1f62012db7b091796279b6d71cf36f4797a98ff1ace05835f201c8 \
  org.jetbrains:annotations:13.0 \
    ace2a10dc8e2d5fd34925ecac03e4988b2c0f851650c94b8cef49ba1bd111478
TEST_JARS = \
  com.squareup.okhttp3:mockwebserver3:5.5.1 \
    0a93a4882bd8a7c5c707146d143cb73e7acb29a20f5f75a9767400d19368421c \
  org.junit.platform:junit-platform-console-standalone:6.1.3 \
    e62b96ac475dbcde8599ea905d088f65d90778f86e259b856a49fa5c4ea256ec
MAVEN_COPY = org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies

SHELL = /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:

BIN = $(if $(JAVA_HOME),"$$JAVA_HOME"/bin/,)
JAVAC = $(BIN)javac --release 17 -encoding UTF-8 -Xlint:all -Werror -XDstringConcat=inline

# The build of the JDK, by its own word, asked for once; run.sh, which knows it, says it instead.
jdk = $(eval jdk := $$(shell $$(BIN)java -version 2>&1 \
  | sed -n 's/.*(build \([A-Za-z0-9.+_-]*\),.*)$$$$/\1/p'))$(jdk)

colon = $(subst :, ,$(1))
jar_name = $(word 2,$(call colon,$(1)))-$(word 3,$(call colon,$(1))).jar
jar_names = $(foreach j,$(1),$(if $(findstring :,$(j)),$(call jar_name,$(j))))
run_jars = $(addprefix build/lib/,$(call jar_names,$(RUN_JARS)))
test_jars = $(addprefix build/test-lib/,$(call jar_names,$(TEST_JARS)))
colons = $(subst $() ,:,$(strip $(1)))
missing = $(filter-out $(wildcard $(1)),$(1))
test_path = build/test-classes:build/classes:$(call colons,$(run_jars) $(test_jars))

# Folders are prerequisites too: their time changes when a file in them comes or goes.
sources = $(shell find src -name '*.java')
resources = $(shell find src -type f ! -name '*.java')
source_folders = $(shell find src -type d -exec printf '%s/. ' {} +)
test_sources = $(shell find test -name '*.java' 2> /dev/null)
test_files = $(shell find test -type f ! -name '*.java' 2> /dev/null)
test_folders = $(shell find test -type d -exec printf '%s/. ' {} + 2> /dev/null)

.PHONY: build test check run bench dist clean help style imports tested
# One build/ and one suite at a time, also with -j; the two compilations can't be done side by side.
.NOTPARALLEL:

build: build/vaas.jar ## compile the server into build/ (the first time downloads the jars)
	@$(if $(jdk),$(call archive,build/archive/$(jdk)))

test: left_out = long
test: tested ## run the tests, all but the long ones
	@cat build/test.counts

check: style imports tested ## lints, import directions, then all tests; what CI runs
	@sh .ci/lines
	@cat build/test.counts

style:
	@sh .ci/style

imports: build/classes/.done
	@sh .ci/imports $(BIN)jdeps

tested: build/test-classes/.done build/vaas.jar
	@sh .ci/tests $(BIN)java "$(test_path)" $(left_out)

run: ## build and serve, without Groq
	@./run.sh --offline

bench: build/test-classes/.done build ## print a table of figures (BENCH=quick: rougher)
	@$(BIN)java -cp "$(test_path)" vaas.testing.BenchTable
	@$(BIN)java -cp "$(test_path)" vaas.memory.file.MemoryBench $(BENCH)
	@$(BIN)java -cp "$(test_path)" vaas.memory.sql.SqlBench $(BENCH)
	@$(BIN)java -cp "$(test_path)" vaas.api.ServerBench $(BENCH)
ifeq ($(BENCH),all)
	@$(BIN)java -XX:+UseSerialGC -cp "$(test_path)" vaas.memory.folder.SessionBench
	@$(BIN)java -cp "$(test_path)" vaas.api.HttpBench
	@$(BIN)java -cp "$(test_path)" vaas.api.StreamBench
	@$(BIN)java -cp "$(test_path)" vaas.api.HeapAttack 48 64 256
	@$(BIN)java -cp "$(test_path)" vaas.DatabaseAttack
endif

dist: build/vaas.jar ## pack the server with a Java of its own: build/vaas-VERSION.tar.gz
	@$(call pack,vaas-$(version))

clean: ## remove build/; the memory in data/ stays
	rm -rf build

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1: /p' Makefile

build/vaas.jar: build/classes/.done
	@$(BIN)jar --create --file $@ --main-class vaas.Main --manifest build/manifest \
	  -C build/classes .

build/classes/.done: $(sources) $(resources) $(source_folders) build/run-jars.checked
	@echo "compiling src"
	@rm -rf build/classes && mkdir -p build/classes
	@$(JAVAC) -Xdoclint:all/protected,-missing -d build/classes \
	  --module-path "$(call colons,$(run_jars))" $(sources)
	@for file in $(patsubst src/%,%,$(resources)); do \
	  mkdir -p "build/classes/$$(dirname "$$file")" && cp "src/$$file" "build/classes/$$file" \
	    || exit 1; done
	@echo "Class-Path: $(patsubst build/%,%,$(run_jars))" | fold -w 70 \
	  | sed '2,$$s/^/ /' > build/manifest
	@touch $@

build/test-classes/.done: $(test_sources) $(test_files) $(test_folders) build/classes/.done \
    build/test-jars.checked
	@echo "compiling test"
	@rm -rf build/test-classes && mkdir -p build/test-classes
	@$(JAVAC) -d build/test-classes \
	  -cp "build/classes:$(call colons,$(run_jars) $(test_jars))" $(test_sources)
	@touch $@

# Checked whenever a jar is newer than its last check, so a damaged one never gets used.
build/run-jars.checked: Makefile $(wildcard $(run_jars)) $(if $(call missing,$(run_jars)),FORCE)
	@$(if $(call missing,$(run_jars)),$(call download,$(RUN_JARS),build/lib))
	@$(call verify,$(RUN_JARS),build/lib)
	@touch $@

build/test-jars.checked: Makefile $(wildcard $(test_jars)) $(if $(call missing,$(test_jars)),FORCE)
	@$(if $(call missing,$(test_jars)),$(call download,$(TEST_JARS),build/test-lib))
	@$(call verify,$(TEST_JARS),build/test-lib)
	@touch $@

FORCE:

# What jdeps can't see: the curves of TLS, loaded by their name, since JDK 22 in java.base itself;
# and what the operator's driver of the database needs.
# The certificates that TLS trusts are no part of a module where a system has its own.
version = $(shell sed -n 's/.* VERSION = "\(.*\)";/\1/p' src/vaas/Main.java)
BY_NAME = jdk.crypto.ec,java.management,java.naming
pack = set -e; cd build; rm -rf dist vaas-*.tar.gz; mkdir -p dist/$(1)/build; \
  modules=$$($(BIN)jdeps -s --ignore-missing-deps --multi-release 17 --module-path lib \
    vaas.jar lib/*.jar | sed -n 's/.* -> \(j[avdk]*\.[a-z.]*\)$$/\1/p' \
    | sort -u | tr '\n' ,); \
  $(BIN)jlink --add-modules "$${modules}$(BY_NAME)" --no-header-files --no-man-pages \
    --strip-java-debug-attributes --output dist/$(1)/java; \
  own=$$($(BIN)java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.home = //p'); \
  cp -L "$$own/lib/security/cacerts" dist/$(1)/java/lib/security/cacerts; \
  cp -p ../run.sh ../README.md dist/$(1); cp -Rp vaas.jar lib dist/$(1)/build; \
  rm -f dist/$(1)/build/lib/pom.xml dist/$(1)/build/lib/maven.log; \
  tar -C dist -cf - $(1) | gzip -n > dist/tar.gz; mv dist/tar.gz $(1).tar.gz; \
  rm -rf dist; ls -l $(1).tar.gz

# The classes as this JDK holds them in memory, with which a start takes half the time, and last of
# all their checksum: a damaged archive would end a JVM. Where none can be made, the sum is empty.
archive = [ -f $(1).sum ] && [ -z "$$(find $< -newer $(1).sum)" ] || { \
  echo "archiving classes"; rm -rf build/archive/making*; mkdir -p build/archive; \
  { $(BIN)java .ci/Archive.java $< $(1) && cksum < $(1); } 2> build/archive.log > $(1).sum \
    || : > $(1).sum; }

# One throw-away pom a folder; "*" keeps Maven from adding anything that is not pinned above.
download = echo "downloading the jars of $(2) (once)"; mkdir -p $(2); \
  command -v mvn > /dev/null || { \
    echo "Maven (mvn) is needed once, to download the jars; it is not on the PATH" >&2; exit 1; }; \
  { echo '<project><modelVersion>4.0.0</modelVersion><groupId>vaas</groupId>'; \
    echo '<artifactId>jars</artifactId><version>1</version><dependencies>'; \
    for jar in $(1); do case $$jar in *:*) echo "$$jar" | (IFS=: read -r group name version; \
      echo "<dependency><groupId>$$group</groupId><artifactId>$$name</artifactId>"; \
      echo "<version>$$version</version><exclusions><exclusion><groupId>*</groupId>"; \
      echo "<artifactId>*</artifactId></exclusion></exclusions></dependency>"); esac; done; \
    echo '</dependencies></project>'; } > $(2)/pom.xml; \
  mvn -q -B -f $(2)/pom.xml $(MAVEN_COPY) -DoutputDirectory="$$PWD/$(2)" \
    > $(2)/maven.log 2>&1 || { cat $(2)/maven.log >&2; exit 1; }

verify = for word in $(1); do case $$word in \
    *:*) file=$(2)/$$(echo "$$word" | cut -d: -f2,3 | tr : -).jar ;; \
    *) actual=$$( (sha256sum "$$file" || shasum -a 256 "$$file") 2> /dev/null | cut -c1-64); \
      [ "$$actual" = "$$word" ] || { \
        echo "wrong checksum: $$file has '$$actual', expected $$word" >&2; exit 1; } ;; \
  esac; done
