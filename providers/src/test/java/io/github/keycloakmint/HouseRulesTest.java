package io.github.keycloakmint;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The walls of the house, held by the build. */
@AnalyzeClasses(packages = "io.github.keycloakmint", importOptions = ImportOption.DoNotIncludeTests.class)
class HouseRulesTest {

    /** SPI interfaces that factories of rooms have to implement, which live in Keycloak's private packages. */
    private static final Set<String> SPI_INTERFACES = Set.of(
            "org.keycloak.protocol.oidc.grants.OAuth2GrantType",
            "org.keycloak.protocol.oidc.grants.OAuth2GrantTypeFactory",
            "org.keycloak.services.managers.BruteForceProtector",
            "org.keycloak.services.resource.RealmResourceProvider",
            "org.keycloak.services.resource.RealmResourceProviderFactory",
            "org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider",
            "org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory",
            "org.keycloak.services.resources.admin.AdminEventBuilder",
            "org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator");

    private static final DescribedPredicate<JavaClass> KEYCLOAKS_PRIVATE_CLASSES = resideInAnyPackage(
                    "org.keycloak.services..",
                    "org.keycloak.protocol..",
                    "org.keycloak.models.jpa..",
                    "org.keycloak.quarkus..")
            .and(DescribedPredicate.not(DescribedPredicate.describe(
                    "SPI interfaces", (JavaClass type) -> SPI_INTERFACES.contains(type.getName()))));

    @ArchTest
    static final ArchRule only_kernel_keycloak_touches_keycloaks_private_packages = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.keycloakmint.kernel.keycloak..")
            .should()
            .dependOnClassesThat(KEYCLOAKS_PRIVATE_CLASSES);

    @ArchTest
    static final ArchRule rooms_never_import_each_other = slices().matching("io.github.keycloakmint.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(alwaysTrue(), resideInAPackage("io.github.keycloakmint.kernel.."));

    @ArchTest
    static final ArchRule the_kernel_names_no_room = noClasses()
            .that()
            .resideInAPackage("io.github.keycloakmint.kernel..")
            .should()
            .dependOnClassesThat(resideInAPackage("io.github.keycloakmint..")
                    .and(DescribedPredicate.not(resideInAPackage("io.github.keycloakmint.kernel.."))));

    @ArchTest
    static final ArchRule only_doors_know_jaxrs = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.github.keycloakmint.kernel.http..",
                    "io.github.keycloakmint.kernel.keycloak..",
                    "io.github.keycloakmint.root..")
            .should()
            .dependOnClassesThat(resideInAPackage("jakarta.ws.rs..")
                    .and(DescribedPredicate.describe(
                            "other than header names",
                            (JavaClass type) -> !type.getSimpleName().equals("HttpHeaders"))));

    @ArchTest
    static final ArchRule no_catch_all_names = noClasses()
            .should()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Impl");

    @Test
    void every_package_says_what_belongs_there() throws IOException {
        Path sources = Path.of(System.getProperty("repository.root"), "providers/src/main/java/io/github/keycloakmint");
        try (Stream<Path> paths = Files.walk(sources)) {
            assertThat(paths.filter(Files::isDirectory)
                            .filter(room -> !Files.exists(room.resolve("package-info.java"))))
                    .isEmpty();
        }
    }
}
