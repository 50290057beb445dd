package thaw.cli.bench;

import java.util.List;
import java.util.Locale;

/**
 * The distributions of cold starts as a picture: for each row the share of starts that were over
 * after so long, over time on a logarithmic axis.
 */
final class ColdstartPlot {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 540;
  private static final int LEFT = 60;
  private static final int RIGHT = 280;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;

  private static final List<String> COLOURS =
      List.of(
          "#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1", "#ff9da7",
          "#9c755f", "#bab0ac");

  private final StringBuilder svg = new StringBuilder(16_384);
  private final double fromDecade;
  private final double toDecade;

  private ColdstartPlot(List<ColdstartResult> results) {
    double least = results.stream().mapToDouble(r -> r.millis().getFirst()).min().orElse(1);
    double most = results.stream().mapToDouble(r -> r.millis().getLast()).max().orElse(1000);
    fromDecade = Math.floor(Math.log10(Math.max(1, least)));
    toDecade = Math.max(fromDecade + 1, Math.ceil(Math.log10(most)));
  }

  static String svg(List<ColdstartResult> results) {
    ColdstartPlot plot = new ColdstartPlot(results);
    plot.frame();
    for (int row = 0; row < results.size(); row++) {
      plot.curve(results.get(row), row);
    }
    return plot.svg.append("</svg>\n").toString();
  }

  private void frame() {
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                + " font-size=\"13\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            WIDTH,
            HEIGHT));
    text(LEFT, 24, "start", "Cold starts, request to reply: share that was over after so long");
    for (double decade = fromDecade; decade <= toDecade; decade++) {
      for (int digit = 1; digit < 10 && decade + Math.log10(digit) <= toDecade; digit++) {
        double millis = Math.pow(10, decade) * digit;
        svg.append(
            String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"%s\"/>%n",
                x(millis),
                x(millis),
                TOP,
                HEIGHT - BOTTOM,
                digit == 1 ? "#bbb" : "#eee"));
        if (digit == 1 || digit == 2 || digit == 5) {
          String label = millis >= 1000 ? "%.0f s" : "%.0f ms";
          double value = millis >= 1000 ? millis / 1000 : millis;
          text(x(millis), HEIGHT - BOTTOM + 20, "middle", String.format(Locale.ROOT, label, value));
        }
      }
    }
    for (int percent = 0; percent <= 100; percent += 25) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ccc\"/>%n",
              LEFT,
              WIDTH - RIGHT,
              y(percent / 100.0),
              y(percent / 100.0)));
      text(LEFT - 8, y(percent / 100.0) + 4, "end", percent + " %");
    }
  }

  private void curve(ColdstartResult result, int row) {
    String colour = COLOURS.get(row % COLOURS.size());
    StringBuilder points = new StringBuilder();
    int count = result.millis().size();
    for (int i = 0; i < count; i++) {
      double x = x(result.millis().get(i));
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y((double) i / count)));
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y((i + 1.0) / count)));
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>%n",
            points.toString().strip(),
            colour,
            row >= COLOURS.size() ? " stroke-dasharray=\"6 3\"" : ""));
    double legend = TOP + 14 + row * 20;
    int at = WIDTH - RIGHT + 16;
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%.1f\" width=\"12\" height=\"12\" fill=\"%s\"/>%n",
            at,
            legend - 11,
            colour));
    text(
        at + 18,
        legend,
        "start",
        String.format(
            Locale.ROOT,
            "%s, %s, %s: %,.0f ms",
            result.runtime(),
            result.mode().label(),
            result.memory().label(),
            result.percentile(0.5)));
  }

  private double x(double millis) {
    double share = (Math.log10(Math.max(1, millis)) - fromDecade) / (toDecade - fromDecade);
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private double y(double share) {
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  /** Nothing here holds a character that XML would have to escape. */
  private void text(double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            text));
  }
}
