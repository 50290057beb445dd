# frozen_string_literal: true

require "logger"
require_relative "lib/invoice/order"
require_relative "lib/invoice/page"

module Invoice
  # An order in, an invoice in HTML out.
  module Handler
    LOG = Logger.new($stdout, progname: "invoice")

    def self.call(event:, context:)
      order = Order.parse(event)
      LOG.info("#{order.lines.size} lines for #{order.customer}")
      { html: Page.render(order), total: order.total.to_s("F"), request: context.aws_request_id }
    end
  end
end
