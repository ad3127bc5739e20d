import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.nio.file.Path;

/**
 * Lints a chart as strictly as Helm does, then renders it for a release of Kubernetes:
 * {@code java Chart.java CHART NAME KUBERNETES}. The manifests go to standard output; what is wrong to standard error, with
 * status 1.
 */
class Chart {
  public static void main(String[] arguments) {
    Helm helm = new Helm(Path.of(arguments[0]));
    LintResult lint = helm.lint().strict().quiet().call();
    if (lint.isFailed()) {
      lint.getMessages().forEach(System.err::println);
      System.exit(1);
    }
    System.out.print(helm.template().withName(arguments[1]).withKubeVersion(arguments[2]).call());
  }
}
